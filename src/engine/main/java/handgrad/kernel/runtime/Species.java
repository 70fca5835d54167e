package handgrad.kernel.runtime;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector species of every kernel. Loaded only when {@link VectorSupport#ENABLED}. */
public final class Species {
    public static final VectorSpecies<Float> FLOAT = switch (VectorSupport.BITS) {
        case 128 -> FloatVector.SPECIES_128;
        case 256 -> FloatVector.SPECIES_256;
        default -> FloatVector.SPECIES_512;
    };

    /** Floats in a vector. */
    public static final int LANES = FLOAT.length();

    private Species() {}
}
