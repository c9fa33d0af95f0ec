import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const pages = globSync('**/*.md', {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|data|dist|test-results)(\/|$)/.test(path),
});

/** Pages that are linked already and still being measured for; each goes off this list as it comes. */
const TO_COME: readonly string[] = ['docs/measured.md'];

const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** The anchors of a page's headings: lower case, punctuation gone, spaces as hyphens; the second of a kind gets -1. */
function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** What a page points at: links, images, and the sources of HTML's pictures. */
function targetsOf(text: string): string[] {
  const prose = withoutCode(text).replaceAll(/`[^`\n]*`/g, '');
  return [
    ...[...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map((match) => match[1] ?? ''),
    ...[...prose.matchAll(/(?:src|srcset|href)="([^"]+)"/g)].map((match) => match[1] ?? ''),
  ];
}

test('every link inside the documents leads somewhere', () => {
  assert.ok(pages.length > 5, 'the documents are found');
  const dead = pages.flatMap((page) => {
    const file = join(root, page);
    return targetsOf(readFileSync(file, 'utf8'))
      .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const to = path === '' ? file : join(dirname(file), decodeURIComponent(path));
        if (TO_COME.includes(relative(root, to))) return false;
        if (!existsSync(to) || relative(root, to).startsWith('..')) return true;
        if (anchor === undefined || statSync(to).isDirectory() || !to.endsWith('.md')) return false;
        return !anchorsOf(readFileSync(to, 'utf8')).has(decodeURIComponent(anchor));
      })
      .map((target) => `${page}: ${target}`);
  });
  assert.deepEqual(dead, []);
});
