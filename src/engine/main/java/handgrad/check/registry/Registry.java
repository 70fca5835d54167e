package handgrad.check.registry;

import java.util.List;
import java.util.stream.Stream;

/** Every operation of {@code Tensor} and {@code Functional}, every layer and every loss. */
public final class Registry {
    private Registry() {}

    /** The operations by topic: tensors first, then functions, layers, convolutions, images, losses and models. */
    public static List<Operation> operations() {
        return Stream.of(
                        new Arithmetic().operations(),
                        new Elementwise().operations(),
                        new Reductions().operations(),
                        new Products().operations(),
                        new Movement().operations(),
                        new Functions().operations(),
                        new Layers().operations(),
                        new Convolutions().operations(),
                        new Images().operations(),
                        new Losses().operations(),
                        new Models().operations())
                .flatMap(List::stream)
                .toList();
    }
}
