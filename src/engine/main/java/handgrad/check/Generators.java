package handgrad.check;

import handgrad.random.RandomState;
import handgrad.random.TorchRandom;
import java.util.Collection;
import java.util.IdentityHashMap;

/** Generators in the states that they had when this was made. */
final class Generators {
    private final IdentityHashMap<TorchRandom, RandomState> states = new IdentityHashMap<>();

    Generators(Collection<TorchRandom> generators) {
        generators.forEach(generator -> states.put(generator, generator.state()));
    }

    /** Sets them back, so that they draw the same numbers once more. */
    void restore() {
        states.forEach(TorchRandom::setState);
    }
}
