import { useCallback, useState } from 'react';
import type { z } from 'zod';

const inMemory = new Map<string, string>();
/** The browser's storage; where it is blocked or full, the page's memory. */
export const safeStorage = {
  getItem(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return inMemory.get(key) ?? null;
    }
  },
  setItem(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
    } catch {
      inMemory.set(key, value);
    }
  },
  removeItem(key: string): void {
    inMemory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept where storage is blocked.
    }
  },
};

/** Reads what this browser keeps under `key`; `fallback` where there is nothing, or nothing of that shape. */
export function readStored<T>(key: string, schema: z.ZodType<T>, fallback: T): T {
  try {
    const text = safeStorage.getItem(key);
    if (text === null) return fallback;
    const value: unknown = JSON.parse(text);
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : fallback;
  } catch {
    return fallback;
  }
}

export const writeStored = (key: string, value: unknown): void => safeStorage.setItem(key, JSON.stringify(value));
export const removeStored = (key: string): void => safeStorage.removeItem(key);

/** A state that survives a reload. Never for secrets. */
export function useStored<T>(key: string, schema: z.ZodType<T>, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => readStored(key, schema, initial));
  const change = useCallback(
    (next: T) => {
      writeStored(key, next);
      setValue(next);
    },
    [key],
  );
  return [value, change];
}
