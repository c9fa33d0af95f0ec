import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { z } from 'zod';

// An OpenAPI 3.1 document as a fuzzer reads it: what may be sent, and what may be answered.

/** A JSON Schema (2020-12), as far as values are made from it. */
export type JsonSchema = {
  readonly $ref?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: JsonSchema | undefined;
  readonly pattern?: string | undefined;
  readonly format?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
};
const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    anyOf: z.array(jsonSchema).optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    required: z.array(z.string()).optional(),
    items: jsonSchema.optional(),
    pattern: z.string().optional(),
    format: z.string().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
);
const content = z.record(z.string(), z.object({ schema: jsonSchema }));
const documentShape = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z
          .array(
            z.object({
              name: z.string(),
              in: z.enum(['path', 'query', 'header', 'cookie']),
              required: z.boolean().default(false),
              schema: jsonSchema,
            }),
          )
          .default([]),
        requestBody: z.object({ content }).optional(),
        responses: z.record(z.string(), z.object({ content: content.default({}) })),
        security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), jsonSchema) }),
});

/** What is wrong with a value; null where nothing is. */
export type Validate = (value: unknown) => ErrorObject | null;

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly schema: JsonSchema;
};
export type Operation = {
  /** `POST /api/purchase-orders/{id}/claims` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | null;
  /** Whether the document allows this JSON value as the body. */
  readonly allowsBody: (body: unknown) => boolean;
  /** Whether it is for anybody. */
  readonly open: boolean;
  /** By status, then by content type. */
  readonly answers: ReadonlyMap<number, ReadonlyMap<string, Validate>>;
};
export type Described = {
  readonly operations: readonly Operation[];
  resolve(schema: JsonSchema): JsonSchema;
  /** Whether a value is what every refusal is; for answers that no operation gave. */
  readonly isError: (body: unknown) => boolean;
};

/** Reads a document, and compiles what it says of answers. */
export function readOpenApi(json: unknown): Described {
  const document = documentShape.parse(json);
  const ajv = new Ajv2020({ strict: false, validateFormats: true, formats: fullFormats, allErrors: false });
  ajv.addSchema({ $id: 'openapi', ...z.record(z.string(), z.unknown()).parse(json) });
  const compiled = new Map<string, ValidateFunction>();
  /** Compiled when first asked, and once for all that say the same: most refusals do. */
  const validatorOf = (schema: unknown): Validate => {
    const key = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
    return (value) => {
      const validate = compiled.get(key) ?? ajv.compile(z.record(z.string(), z.unknown()).parse(JSON.parse(key)));
      compiled.set(key, validate);
      return validate(value) ? null : (validate.errors?.[0] ?? null);
    };
  };

  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const [body = null] = Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema);
      const validate = validatorOf(body ?? {});
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters,
        body,
        allowsBody: body === null ? () => true : (value) => validate(value) === null,
        open: operation.security?.some((way) => Object.keys(way).length === 0) ?? true,
        answers: new Map(
          Object.entries(operation.responses).map(([status, response]) => [
            Number(status),
            new Map(Object.entries(response.content).map(([type, { schema }]) => [type, validatorOf(schema)])),
          ]),
        ),
      };
    }),
  );
  const { schemas } = document.components;
  return {
    operations,
    resolve: (schema) => schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema,
    isError: (value) => validatorOf({ $ref: '#/components/schemas/Error' })(value) === null,
  };
}
