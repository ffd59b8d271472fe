import { Type } from 'typebox';
import { parseDeviceId } from '@covey/identity';
import { accountOperation } from './operation.ts';
import { ConversationId, DeviceId } from './schemas.ts';

/** Devices of an account. */
export const deviceOperations = [
  accountOperation({
    name: 'getDevices',
    summary: 'All devices of the account',
    method: 'GET',
    path: '/devices',
    params: {},
    result: Type.Array(
      Type.Object({
        deviceId: DeviceId,
        name: Type.String(),
        thisDevice: Type.Boolean(),
        revoked: Type.Boolean({ description: 'The account has disowned it' }),
      }),
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
  accountOperation({
    name: 'revokeDevice',
    summary: 'Disowns a device; the new revocation list is committed into every conversation',
    method: 'POST',
    path: '/devices/:deviceId/revoke',
    params: { deviceId: DeviceId },
    result: Type.Object({
      number: Type.String({ description: 'Number of the list, decimal' }),
      conversations: Type.Array(ConversationId, { description: 'Where the list stands now' }),
    }),
    run: (account, { deviceId }) => account.revokeDevice(parseDeviceId(deviceId)),
  }),
];
