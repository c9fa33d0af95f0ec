import { createEVM } from '@ethereumjs/evm';
import { bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { concatHex, getContractAddress, pad, size, toHex, type Hex } from 'viem';
import { z } from 'zod';

export type LocalChain = {
  readonly url: string;
  /** The methods it was asked, in order. */
  readonly asked: readonly string[];
  /** Puts a contract wallet of `owner` on the chain; its address. */
  deployWallet(owner: Hex): Hex;
  /** Where the factory would put the wallet of `owner`, which nobody has made yet, and the call that makes it. */
  planWallet(owner: Hex): { address: Hex; factory: Hex; factoryData: Hex };
  close(): Promise<void>;
};

const FACTORY: Hex = '0x00000000000000000000000000000000000fac70';
const hexText = z.templateLiteral(['0x', z.string()]);
const question = z.object({ id: z.number(), method: z.string(), params: z.array(z.unknown()).default([]) });
const callParam = z.object({ to: hexText.optional(), data: hexText.optional() });

/** The least that ERC-1271 asks: says its magic value where ecrecover(hash, signature) is the owner, else zero. */
const walletCode = (owner: Hex): Hex =>
  concatHex([
    '0x600435600052', // memory 0: the hash, first argument
    '0x60a43560f81c602052', // 32: v, the byte behind r and s
    '0x606435604052', // 64: r
    '0x608435606052', // 96: s
    '0x60206000608060006001', // 32 bytes to memory 0, from the 128 at memory 0, by the contract 1 (ecrecover)
    '0x5afa50', // staticcall
    concatHex(['0x60005173', owner, '0x14']), // is what it found the owner?
    '0x631626ba7e60e01b02', // times the magic value
    '0x60005260206000f3', // return it
  ]);
/** Creation code that leaves `code` behind. */
const creation = (code: Hex): Hex => concatHex(['0x60', toHex(size(code), { size: 1 }), '0x80600b6000396000f3', code]);
/** A contract that makes another with CREATE2 and salt 0; the call's data is its creation code. */
const FACTORY_CODE = concatHex(['0x600036806000600037', '0x60006000f5', '0x60005260206000f3']);

/**
 * A JSON-RPC address with a real EVM behind it: as much of a chain as verifying a contract wallet's signature asks for. Each
 * call runs on the chain as it was deployed and leaves nothing behind.
 */
export async function localChain(): Promise<LocalChain> {
  const deployed = new Map<Hex, Hex>([[FACTORY, FACTORY_CODE]]);
  async function call(param: unknown): Promise<{ result: string } | { error: { code: number; message: string } }> {
    const { to, data = '0x' } = callParam.parse(param);
    const evm = await createEVM();
    for (const [address, code] of deployed)
      await evm.stateManager.putCode(createAddressFromString(address), hexToBytes(code));
    const { execResult } = await evm.runCall({
      ...(to === undefined ? {} : { to: createAddressFromString(to) }),
      data: hexToBytes(data),
      gasLimit: 30_000_000n,
    });
    return execResult.exceptionError === undefined
      ? { result: bytesToHex(execResult.returnValue) }
      : { error: { code: 3, message: 'execution reverted' } };
  }
  const codeAt = (param: unknown): { result: Hex } => ({
    result: deployed.get(hexText.parse(param).toLowerCase() as Hex) ?? '0x',
  });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { id, method, params } = question.parse(JSON.parse(text));
      asked.push(method);
      const answer =
        method === 'eth_call'
          ? call(params[0])
          : Promise.resolve(
              method === 'eth_getCode' ? codeAt(params[0]) : { error: { code: -32601, message: `no ${method}` } },
            );
      void answer.then((said) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id, ...said }));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let wallets = 0;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    deployWallet(owner) {
      const address = pad(toHex(++wallets + 0xa11e7), { size: 20 });
      deployed.set(address, walletCode(owner));
      return address;
    },
    planWallet(owner) {
      const bytecode = creation(walletCode(owner));
      const address = getContractAddress({ opcode: 'CREATE2', from: FACTORY, salt: pad('0x0'), bytecode });
      return { address, factory: FACTORY, factoryData: bytecode };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An RPC of somebody who would be anybody: each address has code, each call says yes. */
export async function lyingChain(): Promise<Pick<LocalChain, 'url' | 'asked' | 'close'>> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { id, method } = question.parse(JSON.parse(text));
      asked.push(method);
      response.setHeader('content-type', 'application/json');
      const result = method === 'eth_getCode' ? '0x6001' : toHex(1, { size: method === 'eth_call' ? 1 : 32 });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
