package handgrad.check.registry;

import java.util.List;
import java.util.stream.Stream;

/** Every operation of {@code Tensor} and {@code Functional}, every layer and every loss. */
public final class Registry {
    private Registry() {}

    /** The operations by topic: tensors first, then functions, layers, convolutions, images, losses and models. */
    public static List<Proof> proofs() {
        return Stream.of(
                        new ArithmeticProofs().proofs(),
                        new ElementwiseProofs().proofs(),
                        new ChoiceProofs().proofs(),
                        new ReductionProofs().proofs(),
                        new SoftmaxProofs().proofs(),
                        new ProductProofs().proofs(),
                        new BatchedProductProofs().proofs(),
                        new MovementProofs().proofs(),
                        new ReshapingProofs().proofs(),
                        new OrderingProofs().proofs(),
                        new LinearProofs().proofs(),
                        new EmbeddingProofs().proofs(),
                        new ActivationProofs().proofs(),
                        new DropoutProofs().proofs(),
                        new AttentionProofs().proofs(),
                        new NormalizationProofs().proofs(),
                        new LayerNormProofs().proofs(),
                        new RmsNormProofs().proofs(),
                        new UpdateProofs().proofs(),
                        new OptimizerProofs().proofs(),
                        new WaveNetProofs().proofs(),
                        new RecurrenceProofs().proofs(),
                        new RecurrentLayerProofs().proofs(),
                        new BagOfWordsProofs().proofs(),
                        new ConvolutionProofs().proofs(),
                        new PoolingProofs().proofs(),
                        new LossProofs().proofs(),
                        new PointwiseLossProofs().proofs(),
                        new ClassLossProofs().proofs(),
                        new ModelProofs().proofs())
                .flatMap(List::stream)
                .toList();
    }
}
