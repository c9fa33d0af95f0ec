import { requestNonce, signOut, verifySignIn } from '@liqpass/api/sessionCalls';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../data/api.ts';
import { forgetAsked } from '../data/asked.ts';
import { meQuery } from '../data/meQuery.ts';
import { loadWallet } from './loadWallet.ts';
import { WalletError } from './walletStore.ts';

const BASE_CHAIN_ID = 8453;

/** Who is signed in; null for nobody; undefined while that is not known. */
export const useMe = () => useQuery(meQuery);

/** Signs in with `address`: the server writes the message, the wallet signs it, the server sets the cookie. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (address: `0x${string}`) => {
      const [{ signText }, { message }] = await Promise.all([
        loadWallet(),
        requestNonce(api, { address, chainId: BASE_CHAIN_ID }),
      ]);
      const signature = await signText(message, address);
      const me = await verifySignIn(api, { message, signature });
      if (me.address.toLowerCase() !== address.toLowerCase()) throw new WalletError('changed');
      return me;
    },
    onSuccess: (me) => {
      forgetAsked();
      client.setQueryData(meQuery.queryKey, me);
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await signOut(api);
      const { disconnectWallet } = await loadWallet();
      await disconnectWallet();
    },
    onSuccess: () => {
      forgetAsked();
      client.setQueryData(meQuery.queryKey, null);
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
    },
  });
}
