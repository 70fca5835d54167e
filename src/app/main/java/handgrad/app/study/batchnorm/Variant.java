package handgrad.app.study.batchnorm;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import java.util.ArrayList;
import java.util.List;

/** What normalises a network. */
enum Variant {
    /** Nothing. */
    STANDARD("standard"),
    /** Batch normalisation. */
    BATCH_NORM("BatchNorm"),
    /** Batch normalisation, each followed by {@link Noise}. */
    NOISY("noisy BatchNorm"),
    /** {@link LpNormalization} by the average ℓ1 norm. */
    L1("ℓ1"),
    /** By the average ℓ2 norm. */
    L2("ℓ2"),
    /** By the ℓ∞ norm. */
    L_INFINITY("ℓ∞");

    private final String title;

    Variant(String title) {
        this.title = title;
    }

    /** The name on the page. */
    String title() {
        return title;
    }

    /**
     * A network with batch normalisation as one with this in its place, on the same weights; for STANDARD without.
     *
     * @param noise where the noise is drawn from
     */
    Sequential of(Sequential batchNorm, TorchRandom noise) {
        var layers = new ArrayList<Layer>();
        for (var layer : batchNorm.layers()) {
            layers.addAll(
                    switch (layer) {
                        case BatchNorm1d normalization -> inPlaceOf(normalization, noise);
                        case BatchNorm2d normalization -> inPlaceOf(normalization, noise);
                        default -> List.of(layer);
                    });
        }
        return new Sequential(layers.toArray(Layer[]::new));
    }

    private List<Layer> inPlaceOf(Layer batchNorm, TorchRandom noise) {
        var gain = batchNorm.parameters().getFirst().value();
        return switch (this) {
            case STANDARD -> List.of();
            case BATCH_NORM -> List.of(batchNorm);
            case NOISY -> List.of(batchNorm, new Noise(noise));
            case L1 -> List.of(new LpNormalization(LpNormalization.Norm.L1, gain));
            case L2 -> List.of(new LpNormalization(LpNormalization.Norm.L2, gain));
            case L_INFINITY -> List.of(new LpNormalization(LpNormalization.Norm.L_INFINITY, gain));
        };
    }
}
