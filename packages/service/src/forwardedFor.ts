/**
 * X-Forwarded-For without the ports, brackets and quotes that some proxies write (Azure's gateway, HAProxy, those that speak RFC
 * 7239): with them an address is no address, so no proxy is trusted, and each connection counts as a caller of its own.
 */
export function withoutPorts(forwardedFor: string): string {
  return forwardedFor
    .split(',')
    .map((part) => {
      const text = part.trim().replaceAll('"', '');
      return (
        /^\[([\da-f:.]+)(?:%[^\]]*)?\](?::\d+)?$/i.exec(text)?.[1] ??
        /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/.exec(text)?.[1] ??
        text
      );
    })
    .join(', ');
}
