import {
  credentialAnswer,
  credentialList,
  credentialParams,
  deleteCredentialAnswer,
  positionList,
  registerCredentialBody,
  sealingKeyAnswer,
  type Credential as CredentialWire,
  type OkxPosition,
} from '@liqpass/api/credentials';
import { formatIso } from '@liqpass/kernel/time';
import type { Server } from '@liqpass/service/server';
import type { Context } from '../../services/context.ts';
import {
  deleteCredential,
  listCredentials,
  listOpenPositions,
  readSealingKey,
  registerCredential,
} from '../../services/people/credentials.ts';
import type { ShownPosition } from '../../services/openPositions.ts';
import { signedIn, signedInOnly, traderActor } from './guards.ts';
import { maskedUid } from '../wireFormat.ts';
import { OF_EXCHANGE_KEY } from '../platform/refusals.ts';

type Kept = Awaited<ReturnType<typeof listCredentials>>[number];

const credentialToWire = (kept: Kept): CredentialWire => ({
  id: kept.id,
  uid_masked: maskedUid(kept.uid),
  main_uid_masked: maskedUid(kept.mainUid),
  region: kept.region,
  label: kept.label,
  created_at: formatIso(kept.createdAtMs),
  in_use: kept.neededUntilMs !== null,
});

const positionToWire = ({ position, reason }: ShownPosition): OkxPosition => ({
  inst_id: position.instId,
  pos_side: position.posSide,
  side: position.side,
  mgn_mode: position.mgnMode,
  lever: position.lever,
  pos: position.pos,
  avg_px: position.avgPx,
  liq_px: position.liqPx,
  mark_px: position.markPx,
  margin: position.margin,
  ord_ids: position.orders.map((order) => order.ordId),
  insurable: reason === null,
  reason,
});

/** A wallet's exchange keys: sealed where they are typed in, kept and passed on as they are. Nothing here can read one. */
export function okxCredentialRoutes(app: Server, ctx: Context): void {
  const tags = ['exchange keys'];
  const security = [{ session: [] }];

  app.get(
    '/api/sealing-key',
    {
      schema: {
        tags,
        summary: 'The key to seal exchange keys to',
        response: { 200: sealingKeyAnswer },
        refuses: ['VERIFIER_UNAVAILABLE'],
      },
    },
    async () => {
      const { keyId, publicKey, suite } = await readSealingKey(ctx);
      return { key_id: keyId, public_key: publicKey, algorithm: suite, allow_ip: ctx.settings.people.egressIp };
    },
  );

  app.post(
    '/api/okx-credentials',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'Register a sealed, read-only exchange key',
        security,
        body: registerCredentialBody,
        response: { 201: credentialAnswer },
        refuses: OF_EXCHANGE_KEY,
      },
    },
    async (request, reply) => {
      const { address } = signedIn(request);
      const kept = await registerCredential(ctx, request.body, address, traderActor(request));
      return reply.code(201).send(credentialToWire(kept));
    },
  );

  app.get(
    '/api/okx-credentials',
    {
      ...signedInOnly,
      schema: { tags, summary: 'Your exchange keys', security, response: { 200: credentialList } },
    },
    async (request) => ({ items: (await listCredentials(ctx, signedIn(request).address)).map(credentialToWire) }),
  );

  app.delete(
    '/api/okx-credentials/:id',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'Delete a key: now, or when the cover that needs it ends',
        security,
        params: credentialParams,
        response: { 200: deleteCredentialAnswer },
        refuses: ['CREDENTIAL_NOT_FOUND'],
      },
    },
    async (request) => {
      const { address } = signedIn(request);
      const { deletedAtMs, deletesAtMs } = await deleteCredential(
        ctx,
        request.params.id,
        address,
        traderActor(request),
      );
      return {
        ok: true as const,
        deleted_at: deletedAtMs === null ? null : formatIso(deletedAtMs),
        deletes_when_cover_ends: deletesAtMs === null ? null : formatIso(deletesAtMs),
      };
    },
  );

  app.get(
    '/api/okx-credentials/:id/positions',
    {
      ...signedInOnly,
      schema: {
        tags,
        summary: 'What is open on the account of a key',
        security,
        params: credentialParams,
        response: { 200: positionList },
        refuses: [...OF_EXCHANGE_KEY, 'CREDENTIAL_NOT_FOUND'],
      },
    },
    async (request) => ({
      items: (await listOpenPositions(ctx, request.params.id, signedIn(request).address)).map(positionToWire),
    }),
  );
}
