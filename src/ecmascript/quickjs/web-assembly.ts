/** The little of WebAssembly that is used here; the ECMAScript library of TypeScript does not declare it. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

const wasm = (globalThis as unknown as {
  WebAssembly: { Memory: new (size: { initial: number; maximum: number }) => WasmMemory; RuntimeError: new () => Error };
}).WebAssembly;

/** A memory counted in pages of 64 KiB that refuses to grow past `maximum`. */
export function newWasmMemory(initial: number, maximum: number): WasmMemory {
  return new wasm.Memory({ initial, maximum });
}

/** A trap: the instance was left in the middle of something and cannot be trusted any more. */
export function isWasmTrap(error: unknown): boolean {
  // The thread's own stack ran out inside the instance: its stack pointer was not set back.
  if (error instanceof Error && error.name === 'RangeError' && /call stack/.test(error.message)) return true;
  return error instanceof wasm.RuntimeError || (error instanceof Error && (error.name === 'RuntimeError' || /^Aborted/.test(error.message)));
}
