import { expect, test } from 'vitest';
import { covey } from '../../test/command-line.ts';
import { startStage } from '../../test/stage.ts';

async function startGarden() {
  const stage = await startStage();
  const account = stage.accounts.add('alice');
  const conversationId = await account.startConversation({ mode: 2, title: 'garden' });
  await account.sendMessage(conversationId, { body: 'accepted' });
  await account.sendMessage(conversationId, { body: 'refused\u001b[2J' });
  return { ...stage, conversationId, run: (...argv: string[]) => covey(stage.dataFolder, argv) };
}

test('SYNC-4: repair shows what is refused, by whom and by which rule, and what stands on it', async () => {
  const { run, conversationId } = await startGarden();
  const { exit, out } = await run('repair', 'garden');
  expect(exit).toBe(0);
  expect(out).toEqual([
    `conversation  ${conversationId}`,
    expect.stringMatching(/^refused {7}[0-9a-f]{40} {2}every-commit\/signature {2}by [0-9a-f]{8}$/),
    expect.stringMatching(/^yours {9}[0-9a-f]{8} {2}\d\d:\d\d {2}refused\\x1b\[2J$/),
    expect.stringMatching(/^accepted {6}[0-9a-f]{40}$/),
  ]);
});

test('SYNC-4: repair --apply says where it was saved, --resend what was sent again', async () => {
  const { run } = await startGarden();
  expect((await run('repair', 'garden', '--apply')).out).toContain('saved in      /saved/here');
  const { out } = await run('repair', 'garden', '--resend');
  expect(out.at(-1)).toMatch(/^sent again {4}[0-9a-f]{40}$/);
});

test('repair without a conversation looks at all, and changes none', async () => {
  const { run, conversationId } = await startGarden();
  expect((await run('repair')).out[0]).toBe(`conversation  ${conversationId}`);
  expect((await run('repair', '--apply')).exit).toBe(2);
  const { out } = await run('--json', 'repair');
  expect(JSON.parse(out.join(''))).toMatchObject([{ conversationId, resent: [] }]);
});

test('repair has nothing to say where nothing is refused', async () => {
  const stage = await startStage();
  const account = stage.accounts.add('alice');
  await account.startConversation({ mode: 2, title: 'garden' });
  expect((await covey(stage.dataFolder, ['repair'])).out).toEqual(['nothing is refused']);
});
