package handgrad.app.study.transforms;

import handgrad.app.command.WrongInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which data a linear model can be fitted to, and which transforms can be applied to it. */
final class Suitability {
    /** The part of a column in a sum that cancels, below which it is rounding; all parts together have length 1. */
    private static final double PART = 1e-3;

    private Suitability() {}

    /**
     * Checks that every column varies and that none is a sum of others.
     *
     * @throws WrongInputException if not; it names the columns
     */
    static void check(Observations.Split split) {
        var train = split.train();
        for (int j = 0; j < train.features().size(); j++) {
            requireVarying("column " + train.features().get(j), train.columns()[j], "training", "; leave it out");
        }
        requireVarying("the target " + train.target(), train.y(), "training", "");
        requireVarying("the target " + train.target(), split.test().y(), "test", "");
        var design = Design.of(Transform.STANDARDISED.fit(train.columns()).apply(train.columns()));
        if (design.isSingular()) {
            throw new WrongInputException("--data: the columns " + String.join(", ", dependent(train, design))
                    + " say the same: each is a sum of multiples of the others; leave one out with --features");
        }
    }

    private static void requireVarying(String column, double[] values, String rows, String remedy) {
        if (!(FeatureMoments.of(values).deviation() > 0)) {
            throw new WrongInputException("--data: %s is %s in every row of %s%s"
                    .formatted(column, values[0], rows, remedy.isEmpty() ? "" : remedy + " with --features"));
        }
    }

    private static List<String> dependent(Observations train, Design design) {
        double[] parts = design.weakest();
        var names = new ArrayList<String>();
        for (int j = 0; j < train.features().size(); j++) {
            if (Math.abs(parts[j + 1]) > PART) {
                names.add(train.features().get(j));
            }
        }
        return names;
    }

    /** Why a transform has to be left out; empty where it can be applied. */
    static Optional<String> reasonToLeaveOut(Transform transform, Observations data, Observations.Split split) {
        if (Transform.OF_POSITIVE.contains(transform)) {
            for (int j = 0; j < data.features().size(); j++) {
                for (int i = 0; i < data.rows(); i++) {
                    double value = data.columns()[j][i];
                    if (!(value > 0)) {
                        return Optional.of("wants positive values; column %s is %s in line %d"
                                .formatted(
                                        data.features().get(j),
                                        value,
                                        data.lines().get(i)));
                    }
                }
            }
        }
        var columns = split.train().columns();
        double[][] transformed = transform.fit(columns).apply(columns);
        if (!Stream.of(transformed).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)) {
            return Optional.of("gives numbers that float64 cannot hold");
        }
        return Design.of(transformed).isSingular()
                ? Optional.of("makes a column so nearly constant that float64 cannot tell it from one")
                : Optional.empty();
    }
}
