import { DemoDevice } from './demo-device.ts';
import { DemoNetwork } from './demo-network.ts';
import type { Hostile } from './hostile.ts';
import type { Transcript } from './transcript.ts';

/** Everything that the chapters of the demo play with. */
export interface Stage {
  readonly transcript: Transcript;
  readonly network: DemoNetwork;
  readonly laptop: DemoDevice;
  readonly phone: DemoDevice;
  readonly bob: DemoDevice;
  readonly carol: DemoDevice;
  readonly devices: readonly DemoDevice[];
  /** Whatever has to be ended with the demo. */
  readonly guests: Hostile[];
}

/** Lays the lines; starts nothing. All data stand below `root`. */
export async function makeStage(root: string, transcript: Transcript): Promise<Stage> {
  const network = new DemoNetwork();
  const device = async (name: string) =>
    new DemoDevice(name, root, await network.layLine(name), network);
  const laptop = await device('alice-laptop');
  const phone = await device('alice-phone');
  const bob = await device('bob');
  const carol = await device('carol');
  const devices = [laptop, phone, bob, carol];
  return { transcript, network, laptop, phone, bob, carol, devices, guests: [] };
}

/** Ends whatever still runs, at once. */
export async function clearStage({ devices, guests, network }: Stage): Promise<void> {
  for (const guest of guests) guest.abandon();
  await Promise.all(devices.map((device) => device.kill()));
  await network.close();
}
