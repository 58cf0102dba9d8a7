import { createRequire } from 'node:module';

/** What the optional package koffi gives: functions of the C library by their declarations, and memory outside the heap. */
export interface CLibrary {
  bind<F>(declaration: string): F;
  readonly koffi: Koffi;
}

export interface Koffi {
  load(name: string): { func(declaration: string): (...args: never[]) => unknown };
  alloc(type: string, length: number): unknown;
  address(pointer: unknown): bigint;
  view(pointer: unknown, length: number): ArrayBuffer;
}

/** Opens the C library (glibc or musl, Linux on 64-bit machines), or says why that cannot be. */
export function openCLibrary(): CLibrary | string {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return `not on ${process.platform} ${process.arch}`;
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch {
    return 'the optional package koffi is not installed';
  }
  for (const name of ['libc.so.6', `libc.musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`]) {
    try {
      const library = koffi.load(name);
      return { koffi, bind: <F>(declaration: string): F => library.func(declaration) as F };
    } catch {
      continue; // the other C library
    }
  }
  return 'no C library was found';
}
