import { Type } from 'typebox';
import { accountOperation } from './operation.ts';

/** Devices of an account. */
export const deviceOperations = [
  accountOperation({
    name: 'getDevices',
    summary: 'All devices of the account',
    method: 'GET',
    path: '/devices',
    params: {},
    result: Type.Array(
      Type.Object({ deviceId: Type.String(), name: Type.String(), thisDevice: Type.Boolean() }),
    ),
    run: (account) => account.getDevices(),
  }),
  accountOperation({
    name: 'addDevice',
    summary: 'A one-time code for `linkAccount` on the new device',
    method: 'POST',
    path: '/devices',
    params: {},
    result: Type.Object({ code: Type.String(), expires: Type.String({ format: 'date-time' }) }),
    run: async (account) => {
      const { code, expires } = await account.addDevice();
      return { code, expires: expires.toISOString() };
    },
  }),
];
