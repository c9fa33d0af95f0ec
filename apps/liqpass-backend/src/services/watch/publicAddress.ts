import ipaddr from 'ipaddr.js';
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/** Whether an address is one of the public internet: not private, of this machine, of a link, reserved, or another one wrapped into IPv6. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  // ::/96 once held addresses of IPv4 (RFC 4291, 2.5.5.1); the package takes them for any other.
  const holdsIpv4 = parsed instanceof ipaddr.IPv6 && parsed.parts.slice(0, 6).every((part) => part === 0);
  return !holdsIpv4 && parsed.range() === 'unicast';
}

/** The name resolved to an address that nothing of ours may be asked to reach. */
export const NOT_PUBLIC = 'ADDRESS_NOT_PUBLIC';

/**
 * Resolves a name for a socket, which then connects to the very address that was looked at here: a name that answers differently a
 * moment later gains nothing. One private address among several refuses all of them.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 4);
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
      return callback(
        Object.assign(new Error('the name leads to an address that is not public'), { code: NOT_PUBLIC }),
        '',
        4,
      );
    const [first] = addresses;
    if (options.all) return callback(null, addresses);
    callback(null, first?.address ?? '', first?.family ?? 4);
  });
};

const ROBOTS: Readonly<Record<string, readonly string[]>> = {
  feishu: ['open.feishu.cn', 'open.larksuite.com'],
  dingtalk: ['oapi.dingtalk.com'],
  wecom: ['qyapi.weixin.qq.com'],
};

/** Whether a webhook that somebody gives may be posted to: https, no login in it, the robot's own host, and no address that is not public. */
export function isAllowedWebhook(kind: string, text: string, privateHosts: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  if (privateHosts.includes(url.host)) return /^https?:$/.test(url.protocol);
  if (url.protocol !== 'https:' || url.port !== '') return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const robots = ROBOTS[kind];
  if (robots) return robots.includes(host);
  return isIP(host) === 0 ? host.includes('.') : isPublicAddress(host);
}
