// Before the first paint: the chosen theme and language, so that nothing flashes. A file, because the CSP allows no inline script.
(() => {
  const html = document.documentElement;
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be blocked; the defaults do
    }
  };
  const theme = read('lp.theme');
  if (theme === 'light' || theme === 'dark') html.dataset.theme = theme;
  const asked = new URLSearchParams(location.search).get('lng') ?? read('lp.lng');
  const lng =
    asked === 'zh' || asked === 'en' ? asked : navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  html.lang = lng === 'zh' ? 'zh-CN' : 'en';
  html.dataset.lng = lng;
  const description = document.querySelector('meta[name="description"]');
  if (lng === 'zh' && description?.dataset.zh) description.content = description.dataset.zh;
  // A link taken out of a chat often ends in the sentence's full stop or bracket.
  const ENDS =
    /(?:%(?:E3%80%8[1-9A-F]|E3%80%9[0-5]|EF%BC%(?:81|89|8C|8E|9A|9B|9F)|EF%BD%A1|E2%80%9[89D]|22|3E|5D|7D)|[.,;:!?'"()\]}>])+$/i;
  const shared = location.pathname + location.search;
  const meant = shared.replace(ENDS, '');
  if (meant !== shared && meant !== '') history.replaceState(history.state, '', meant + location.hash);
  const pages = JSON.parse(document.currentScript?.dataset.pages ?? '[]');
  const address = location.pathname + location.search;
  const page = pages.find(([path]) => new RegExp(path).test(address))?.[1];
  if (!page) return;
  // The files of this page in this language, fetched beside the entry's own; the build writes down which.
  for (const file of [...page.all, ...page[lng].files]) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = `/${file}`;
    document.head.append(link);
  }
  // What it asks the API first is asked now; data/api.ts takes the answers up. undefined: ask again.
  const id = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/.exec(address)?.[0];
  const ending = new AbortController();
  setTimeout(() => ending.abort(), 20_000);
  const ask = (path) =>
    fetch(path, {
      signal: ending.signal,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { accept: 'application/json' },
    }).catch(() => undefined);
  window.liqpassAsked = new Map(
    page.asks
      .filter((path) => id !== undefined || !path.includes('$id'))
      .map((path) => path.replace('$id', id))
      .map((path) => [path, ask(path)]),
  );
  // Its heading stands in the shell until the page takes its place.
  new MutationObserver((_, observer) => {
    const main = document.querySelector('.shell-main');
    if (!main) return;
    observer.disconnect();
    for (const [n, text] of page[lng].texts.entries()) {
      const line = document.createElement('p');
      line.className = n === 0 ? 'shell-title' : 'shell-lead';
      line.textContent = text.replace('{{id}}', id?.slice(0, 8) ?? '');
      main.append(line);
    }
  }).observe(html, { childList: true, subtree: true });
})();
