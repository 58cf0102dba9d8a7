/** Addresses outside the heap, as the halves in which they are written into what the kernel reads. */
export interface NativeAddresses {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

export function nativeAddresses(count: number, addressOf: (index: number) => bigint): NativeAddresses {
  const addresses = Array.from({ length: count }, (_, index) => addressOf(index));
  return { low: Uint32Array.from(addresses, (address) => Number(address & 0xffff_ffffn)), high: Uint32Array.from(addresses, (address) => Number(address >> 32n)) };
}
