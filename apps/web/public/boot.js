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
  if (location.pathname !== '/') html.dataset.inner = '';
  // The files of this page in this language, fetched beside the entry's own; the build writes down which.
  const pages = JSON.parse(document.currentScript?.dataset.pages ?? '[]');
  const page = pages.find(([path]) => new RegExp(path).test(location.pathname))?.[1];
  for (const file of page ? [...page.all, ...page[lng]] : []) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = `/${file}`;
    document.head.append(link);
  }
})();
