package handgrad.nn;

import handgrad.nn.BatchNormOptions.Axes;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import org.jspecify.annotations.Nullable;

/**
 * The batch normalisation that makemore part 5 has before its correction, {@link Axes#FIRST}: each position of x (N, L,
 * features) has statistics of its own. That is the normalisation of x seen as (N, L · features), with weight and bias
 * repeated for each position. Where all positions share the statistics, nothing is seen otherwise and nothing is
 * repeated.
 */
final class PositionsApart {
    private PositionsApart() {}

    /** A tensor (N, L, features) seen as (N, L · features). The view is made anew only for another tensor. */
    @SuppressWarnings("ReferenceEquality")
    static final class View {
        private @Nullable Tensor source;
        private @Nullable Tensor view;

        Tensor of(Tensor x, int positions) {
            if (positions == 1) {
                return x;
            }
            if (view == null || x != source) {
                source = x;
                view = x.reshape(x.size(0), positions * x.size(2));
            }
            return view;
        }
    }

    /** A parameter (features), repeated to (positions, features), and the gradients of the copies. */
    static final class Repeated {
        private final Parameter parameter;
        private @Nullable Tensor copies;
        private @Nullable Tensor dCopies;

        Repeated(Parameter parameter) {
            this.parameter = parameter;
        }

        Tensor value(int positions) {
            if (positions == 1) {
                return parameter.value();
            }
            copies = buffer(positions, copies);
            Updates.copyToRows(parameter.value(), copies);
            return copies;
        }

        /** What the gradient is added to, before {@link #addGrad}. */
        Tensor grad(int positions) {
            if (positions == 1) {
                return parameter.grad();
            }
            dCopies = buffer(positions, dCopies);
            return dCopies.fill(0);
        }

        /** The parameter's gradient: the sum of those of its copies. */
        void addGrad(int positions) {
            if (positions > 1) {
                Updates.addRows(Passes.kept(dCopies), parameter.grad());
            }
        }

        private Tensor buffer(int positions, @Nullable Tensor old) {
            var value = parameter.value();
            return old != null && old.dtype() == value.dtype() && old.size(0) == positions
                    ? old
                    : Tensor.zeros(value.dtype(), Shape.of(positions, value.size(0)));
        }
    }
}
