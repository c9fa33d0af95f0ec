import {
  concat,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  padHex,
  parseEther,
  zeroAddress,
  type Abi,
  type Address,
  type Hex,
  type TransactionReceipt,
} from 'viem';
import { SAFE_CONTRACTS, safeArtifact, usdcArtifact, type SafeContract, type SafeVersion } from './artifacts.ts';
import { ISSUER, localAccount, type ChainClient } from './chainClient.ts';

/** Safe's singleton factory: from it and salt 0 its contracts have the same address on every chain. */
const FACTORY: Address = '0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7';
const FACTORY_CODE: Hex =
  '0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3';
const SALT = padHex('0x0', { size: 32 });

/** Where the contracts of a version of Safe are, here as on Base. */
export const safeAddress = (version: SafeVersion, name: SafeContract): Address =>
  getContractAddress({ opcode: 'CREATE2', from: FACTORY, salt: SALT, bytecode: safeArtifact(version, name).bytecode });

/** Waits for a transaction and throws when it was undone. */
export async function done(client: ChainClient, hash: Promise<Hex>): Promise<TransactionReceipt> {
  const receipt = await client.waitForTransactionReceipt({ hash: await hash });
  if (receipt.status !== 'success') throw new Error(`transaction ${receipt.transactionHash} was undone`);
  return receipt;
}

async function deploy(client: ChainClient, abi: Abi, bytecode: Hex, args: readonly unknown[] = []): Promise<Address> {
  const data = encodeDeployData({ abi, bytecode, args });
  const { contractAddress } = await done(client, client.sendTransaction({ data, gas: 8_000_000n }));
  if (!contractAddress) throw new Error('nothing was deployed');
  return contractAddress;
}

async function deploySafeContracts(client: ChainClient, version: SafeVersion): Promise<void> {
  await client.setCode({ address: FACTORY, bytecode: FACTORY_CODE });
  for (const name of SAFE_CONTRACTS) {
    if (await client.getCode({ address: safeAddress(version, name) })) continue;
    const data = concat([SALT, safeArtifact(version, name).bytecode]);
    await done(client, client.sendTransaction({ to: FACTORY, data, gas: 8_000_000n }));
  }
}

export const USDC_ABI = usdcArtifact('FiatTokenV2_2', { SignatureChecker: zeroAddress }).abi;

/** USDC as Circle publishes it, behind its proxy; the issuer may mint, pause and blacklist. */
export async function deployUsdc(client: ChainClient): Promise<Address> {
  const checker = usdcArtifact('SignatureChecker');
  const SignatureChecker = await deploy(client, checker.abi, checker.bytecode);
  const token = usdcArtifact('FiatTokenV2_2', { SignatureChecker });
  const proxy = usdcArtifact('FiatTokenProxy');
  const implementation = await deploy(client, token.abi, token.bytecode);
  const usdc = await deploy(client, proxy.abi, proxy.bytecode, [implementation]);
  const call = (abi: Abi, functionName: string, args: readonly unknown[]): Promise<TransactionReceipt> =>
    done(client, client.sendTransaction({ to: usdc, data: encodeFunctionData({ abi, functionName, args }) }));
  // The proxy answers its admin itself: from now on that is somebody who calls nothing else.
  await call(proxy.abi, 'changeAdmin', [localAccount('proxy admin').address]);
  const issuer = ISSUER.address;
  await call(USDC_ABI, 'initialize', ['USD Coin', 'USDC', 'USD', 6, issuer, issuer, issuer, issuer]);
  await call(USDC_ABI, 'initializeV2', ['USD Coin']);
  await call(USDC_ABI, 'initializeV2_1', [localAccount('lost and found').address]);
  await call(USDC_ABI, 'initializeV2_2', [[], 'USDC']);
  await call(USDC_ABI, 'configureMinter', [issuer, 10n ** 18n]);
  return usdc;
}

/** A Safe of these owners. `singleton` Safe is the one that writes no SafeMultiSigTransaction. */
export async function deploySafe(
  client: ChainClient,
  owners: readonly Address[],
  threshold: number,
  options: { version: SafeVersion; singleton: 'SafeL2' | 'Safe'; salt: bigint },
): Promise<Address> {
  const { version } = options;
  const fallback = safeAddress(version, 'CompatibilityFallbackHandler');
  const setup = encodeFunctionData({
    abi: safeArtifact(version, 'SafeL2').abi,
    functionName: 'setup',
    args: [owners, BigInt(threshold), zeroAddress, '0x', fallback, zeroAddress, 0n, zeroAddress],
  });
  const call = {
    address: safeAddress(version, 'SafeProxyFactory'),
    abi: safeArtifact(version, 'SafeProxyFactory').abi,
    functionName: 'createProxyWithNonce',
    args: [safeAddress(version, options.singleton), setup, options.salt],
  } as const;
  const { result } = await client.simulateContract(call);
  await done(client, client.writeContract({ ...call, gas: 2_000_000n }));
  return result as Address;
}

/** Everything that a treasury needs, on a new chain: gas for the issuer, the contracts of Safe, USDC. */
export async function genesis(client: ChainClient, versions: readonly SafeVersion[]): Promise<{ usdc: Address }> {
  await client.setBalance({ address: ISSUER.address, value: parseEther('1000000') });
  for (const version of versions) await deploySafeContracts(client, version);
  return { usdc: await deployUsdc(client) };
}
