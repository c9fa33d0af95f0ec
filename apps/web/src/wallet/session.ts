import { requestNonce, signOut, verifySignIn } from '@liqpass/api/sessionCalls';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../data/api.ts';
import { forgetAsked } from '../data/asked.ts';
import { paymentInstructionsQuery } from '../data/marketQueries.ts';
import { meQuery } from '../data/meQuery.ts';
import { believe, tellTabs } from '../data/whom.ts';
import { currentLng } from '../i18n.ts';
import { loadWallet } from './loadWallet.ts';
import { WalletError } from './walletStore.ts';

/** Who is signed in; null for nobody; undefined while that is not known. */
export const useMe = () => useQuery(meQuery);

/** Signs in with `address`: the server writes the message, the wallet signs it, the server sets the cookie. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (address: `0x${string}`) => {
      // The session is a cookie: without one the signature would be for nothing.
      if (!navigator.cookieEnabled) throw new WalletError('no_cookies');
      const [{ signText }, { chain_id: chainId }] = await Promise.all([
        loadWallet(),
        client.ensureQueryData(paymentInstructionsQuery),
      ]);
      const { message } = await requestNonce(api, { address, chainId, language: currentLng() });
      const signature = await signText(message, address);
      // Until it is done, nothing is said of who asks.
      believe(undefined);
      const me = await verifySignIn(api, { message, signature });
      if (me.address.toLowerCase() !== address.toLowerCase()) throw new WalletError('changed');
      return me;
    },
    onSuccess: (me) => {
      believe(me.address);
      tellTabs();
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
      believe(undefined);
      await signOut(api);
      const { disconnectWallet } = await loadWallet();
      await disconnectWallet();
    },
    onSuccess: () => {
      forgetAsked();
      believe(null);
      tellTabs();
      client.setQueryData(meQuery.queryKey, null);
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
    },
  });
}
