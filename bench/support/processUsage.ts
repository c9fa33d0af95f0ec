import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

type Stat = { readonly parent: number; readonly ticks: number; readonly reapedTicks: number };

function statOf(pid: number): Stat | null {
  try {
    // Behind the name in brackets, which may hold anything: state, parent, … 14th utime, stime, and those of reaped children.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').map(Number) ?? [];
    const at = (field: number): number => fields[field - 3] ?? 0;
    return { parent: at(4), ticks: at(14) + at(15), reapedTicks: at(16) + at(17) };
  } catch {
    return null; // Ended meanwhile.
  }
}

/** CPU seconds that a process has used so far. */
export const cpuSecondsOf = (pid: number): number => (statOf(pid)?.ticks ?? 0) / ticksPerSecond;

/** CPU seconds of PostgreSQL: the postmaster, its living children, and those it has reaped. */
export function postgresCpuSeconds(directory: string): number {
  const postmaster = Number(readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n', 1)[0]);
  const own = statOf(postmaster);
  let ticks = (own?.ticks ?? 0) + (own?.reapedTicks ?? 0);
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat?.parent === postmaster) ticks += stat.ticks;
  }
  return ticks / ticksPerSecond;
}

/** Resident memory of a process in MB: now, and the most it ever was. */
export function memoryMbOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { now: of('VmRSS'), most: of('VmHWM') };
}
