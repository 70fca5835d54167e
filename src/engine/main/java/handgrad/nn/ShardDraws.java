package handgrad.nn;

import handgrad.random.TorchRandom;
import java.util.List;

/**
 * What the layers of a model draw for each shard: numbers that follow from the states of its generators before the
 * batch, and from the number of the shard, whoever computes it. A batch moves each generator by one draw.
 */
final class ShardDraws {
    /** Odd, so that shards have different seeds; 2³² / φ, so that these lie far apart. */
    private static final long DISTANCE = 0x9E3779B9L;

    private final List<TorchRandom> generators;
    private final List<TorchRandom> after;
    private final long[] seeds;

    /** Draws of a model with these generators. */
    ShardDraws(List<TorchRandom> generators) {
        this.generators = generators;
        after = generators.stream().map(TorchRandom::copy).toList();
        seeds = new long[generators.size()];
    }

    /** Before a batch. */
    void begin() {
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = generators.get(i).random64();
            after.get(i).set(generators.get(i));
        }
    }

    /** Before a shard, of whose model these are the generators. */
    void beginShard(int shard, List<TorchRandom> ofModel) {
        for (int i = 0; i < seeds.length; i++) {
            ofModel.get(i).seed(seeds[i] + shard * DISTANCE);
        }
    }

    /** After a batch. */
    void end() {
        for (int i = 0; i < seeds.length; i++) {
            generators.get(i).set(after.get(i));
        }
    }
}
