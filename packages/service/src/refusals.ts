import { ERRORS, type ErrorCode } from '@liqpass/api/errors';
import { errorAnswer } from '@liqpass/api/errorAnswer';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { z } from 'zod';

// What a route may refuse with is part of the document, code by code: a client that handles those handles all.

declare module 'fastify' {
  interface FastifySchema {
    /** The codes of this route, besides those that come with what it is (`RefusalsOf`). */
    refuses?: readonly ErrorCode[];
  }
  interface FastifyContextConfig {
    /** Every code that the document names for this route. */
    refusals?: ReadonlySet<ErrorCode>;
  }
}

export type Route = Pick<RouteOptions, 'method' | 'url' | 'schema'>;
/** Codes that a service's routes have in common, by what a route is: behind a key, writing … */
export type RefusalsOf = (route: Route) => readonly ErrorCode[];

const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
export const isWrite = ({ method }: Route): boolean => [method].flat().some((each) => !READS.includes(each));

/** What any route may answer: a request that is no HTTP, a body that cannot be read, a bug. */
function common(route: Route): ErrorCode[] {
  const { params, querystring, headers, body } = route.schema ?? {};
  return [
    'BAD_REQUEST',
    'INTERNAL_ERROR',
    ...((params ?? querystring ?? headers ?? body) ? (['VALIDATION_FAILED'] as const) : []),
    ...(isWrite(route)
      ? (['VALIDATION_FAILED', 'INVALID_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)
      : []),
  ];
}

function responsesFor(codes: ReadonlySet<ErrorCode>): Record<number, z.ZodType> {
  const statuses = Map.groupBy([...codes].toSorted(), (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...statuses].map(([status, of]) => [
      status,
      z
        .intersection(errorAnswer, z.looseObject({ error: z.enum(of) }))
        .meta({ description: of.map((code) => `\`${code}\``).join(', ') }),
    ]),
  );
}

/** Writes into each route's schema, before the document is made, what it may refuse with: a status, an answer, its codes. */
export function documentRefusals(app: FastifyInstance, refusalsOf: RefusalsOf): void {
  app.addHook('onRoute', (route) => {
    const { schema } = route;
    if (schema === undefined || schema.hide === true) return;
    const { refuses = [], ...rest } = schema;
    const codes = new Set([...common(route), ...refusalsOf(route), ...refuses]);
    const own = rest.response as Record<string, unknown> | undefined;
    route.schema = { ...rest, response: { ...responsesFor(codes), ...own } };
    route.config = { ...route.config, refusals: codes };
  });
}
