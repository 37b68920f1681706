package io.github.camelzendesk.standin;

/** The generator of that name, whose numbers can be had in any order. */
final class SplitMix64 {

    private static final long STEP = 0x9e3779b97f4a7c15L;

    private SplitMix64() {
    }

    /** @param index from 0 */
    static long at(long seed, long index) {
        long z = seed + (index + 1) * STEP;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
