import { z } from 'zod';

/** A missing or malformed setting: one sentence that names it. The start stops with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a setting, or undefined; an empty value counts as not given. Quotes are refused: some readers of a file of settings
 * take them off (a shell, systemd), others leave them in (docker --env-file), and half of them are left where a value has two lines.
 */
export function optional(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^["']|["']$/.test(value))
    throw new ConfigError(`${name} begins or ends with a quotation mark: write the value without quotes, in one line`);
  return value;
}

/** The value of a setting that must be there. */
export function required(env: Environment, name: string, why: string): string {
  const value = optional(env, name);
  if (value === undefined) throw new ConfigError(`${name} is missing: ${why}`);
  return value;
}

/** Whether the text can stand in an HTTP header, as keys do. */
export const isHeaderText = (text: string): boolean => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text);

/** The value again, if it can stand in an HTTP header. */
export function headerText(name: string, value: string): string {
  if (!isHeaderText(value)) throw new ConfigError(`${name} is malformed: a key is written in plain characters`);
  return value;
}

/** A whole number between `min` and `max`. */
export function whole(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const value = optional(env, name);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max)
    throw new ConfigError(`${name} is ${JSON.stringify(value)}: it must be a whole number from ${min} to ${max}`);
  return number;
}

/** true or false, as words. */
export function flag(env: Environment, name: string, fallback: boolean): boolean {
  const value = optional(env, name)?.toLowerCase();
  if (value === undefined) return fallback;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new ConfigError(`${name} is ${JSON.stringify(value)}: it must be true or false`);
}

/** One of the words given. */
export function oneOf<const T extends string>(env: Environment, name: string, words: readonly T[], fallback: T): T {
  const value = optional(env, name);
  if (value === undefined) return fallback;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined)
    throw new ConfigError(`${name} is ${JSON.stringify(value)}: it must be one of ${words.join(', ')}`);
  return word;
}

/** An http(s) address without a trailing slash. */
export function httpUrl(env: Environment, name: string, fallback: string): string {
  const value = optional(env, name) ?? fallback;
  const url = z.url({ protocol: /^https?$/ }).safeParse(value);
  if (!url.success) throw new ConfigError(`${name} is not an address: it must look like http://127.0.0.1:8082`);
  return value.replace(/\/+$/, '');
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type ServerSettings = { port: number; host: string; logLevel: LogLevel };

/** PORT, HOST and LOG_LEVEL: the settings that every server has. */
export function serverSettings(env: Environment, defaultPort: number): ServerSettings {
  return {
    port: whole(env, 'PORT', defaultPort, 0, 65_535),
    host: optional(env, 'HOST') ?? '127.0.0.1',
    logLevel: oneOf(env, 'LOG_LEVEL', LOG_LEVELS, 'info'),
  };
}
