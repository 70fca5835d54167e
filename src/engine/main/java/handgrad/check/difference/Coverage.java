package handgrad.check.difference;

import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What of a tensor is compared: every element up to a size, above it some elements and some random directions. A
 * direction moves every element up or down by one step, so one comparison sees them all, if less sharply.
 */
public record Coverage(int fullUpTo, int elements, int directions, long seed) {
    public boolean isFull(Shape shape) {
        return shape.elements() <= fullUpTo;
    }

    public int[] elementsOf(Shape shape) {
        int count = shape.elements();
        if (isFull(shape)) {
            return Tensor.arange(count).ints();
        }
        int[] chosen = Arrays.copyOf(TorchRandom.seeded(seed).randperm(count), Math.min(elements, count));
        Arrays.sort(chosen);
        return chosen;
    }

    public List<Tensor> directionsOf(Shape shape) {
        if (isFull(shape)) {
            return List.of();
        }
        var random = TorchRandom.seeded(seed + 1);
        return Stream.generate(() -> Tensors.signs(shape, random))
                .limit(directions)
                .toList();
    }
}
