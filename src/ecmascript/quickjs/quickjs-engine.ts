import { RELEASE_SYNC, newQuickJSWASMModuleFromVariant, newVariant, type QuickJSWASMModule } from 'quickjs-emscripten';
import type { ScriptContext, ScriptEngine, ScriptLimits } from '../ecmascript.ts';
import { QuickjsContext } from './quickjs-context.ts';
import { newWasmMemory, type WasmMemory } from './web-assembly.ts';

export interface QuickjsEngineOptions {
  /** What the whole engine, all its contexts together, may ever take. Held by the WebAssembly memory itself. */
  readonly maxMemoryBytes?: number;
}

const page = 65_536;

/**
 * One WebAssembly instance of QuickJS with a memory of its own that cannot grow past its maximum, and a runtime per context
 * in it. One engine per thread. When the memory is used up (`exhausted`) or the instance broke (`broken`), the contexts
 * answer `memory` and the owner starts a new engine, or its worker anew.
 */
export class QuickjsEngine implements ScriptEngine {
  readonly #module: QuickJSWASMModule;
  readonly #memory: WasmMemory;
  readonly #maxBytes: number;
  readonly #open = new Set<QuickjsContext>();
  #broken: string | undefined;

  private constructor(module: QuickJSWASMModule, memory: WasmMemory, maxBytes: number) {
    this.#module = module;
    this.#memory = memory;
    this.#maxBytes = maxBytes;
  }

  static async create(options: QuickjsEngineOptions = {}): Promise<QuickjsEngine> {
    const initial = 256;
    const maximum = Math.max(initial, Math.floor((options.maxMemoryBytes ?? 512 * 1024 * 1024) / page));
    const memory = newWasmMemory(initial, maximum);
    const module = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmMemory: memory }));
    return new QuickjsEngine(module, memory, maximum * page);
  }

  /** Open contexts, for a leak check. */
  get contexts(): number {
    return this.#open.size;
  }

  /** Octets taken from the system, by all contexts together. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Why the instance can no longer be used, if so. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** Whether too little memory is left to go on safely. */
  get exhausted(): boolean {
    if (this.#memory.buffer.byteLength + 2 * 1024 * 1024 < this.#maxBytes) return false;
    const heap = (this.#module as unknown as { module: { _malloc(size: number): number; _free(at: number): void } }).module;
    const at = heap._malloc(256 * 1024);
    if (at === 0) return true;
    heap._free(at);
    return false;
  }

  createContext(limits: ScriptLimits): ScriptContext {
    if (this.#broken !== undefined) throw new Error(`the script engine is broken: ${this.#broken}`);
    if (this.exhausted) throw new Error('the script engine has no memory left for another context');
    const context = new QuickjsContext(this.#module, limits, {
      exhausted: () => this.exhausted,
      broke: (reason) => { this.#broken ??= reason; },
      isBroken: () => this.#broken !== undefined,
      memoryBytes: () => this.#memory.buffer.byteLength,
    }, (which) => void this.#open.delete(which));
    this.#open.add(context);
    return context;
  }
}
