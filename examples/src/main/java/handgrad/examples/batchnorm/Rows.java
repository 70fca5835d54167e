package handgrad.examples.batchnorm;

import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/** A batch of any kind as rows of units: images (N, channels, height, width) are (N·width·height, channels), as of the paper. */
final class Rows {
    private static final int IMAGES = 4;

    private Rows() {}

    /** (N, units) as it is, (N, channels, height, width) with a row for each pixel. */
    static Tensor of(Tensor x) {
        return x.shape().rank() == IMAGES ? x.transpose(1, 3).reshape(-1, x.size(1)) : x;
    }

    /** Rows back in the shape that they were made of. */
    static Tensor back(Tensor rows, Shape shape) {
        return shape.rank() == IMAGES
                ? rows.reshape(shape.size(0), shape.size(3), shape.size(2), shape.size(1))
                        .transpose(1, 3)
                : rows;
    }
}
