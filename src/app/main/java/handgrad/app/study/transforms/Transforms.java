package handgrad.app.study.transforms;

import handgrad.app.report.NumberText;
import handgrad.app.study.Experiment;
import handgrad.app.study.Numbers;
import handgrad.app.study.StudyFolder;
import handgrad.app.train.LectureRun;
import handgrad.data.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the study of transforms measured.
 *
 * @param data what it learned from
 * @param train the rows of training
 * @param rows one for each transform that could be applied
 * @param leftOut why the others could not
 * @param limit when a gradient descent was given up
 * @param closedForms what theory says of known distributions, and what was found
 * @param trained BatchNorm in the model with its own parameters trained too
 * @param hidden the hidden layer at the start and after some steps
 */
record Transforms(
        Observations data,
        Observations train,
        List<TransformRow> rows,
        Map<Transform, String> leftOut,
        long limit,
        List<Known> closedForms,
        Numbers trained,
        List<Hidden> hidden) {
    private static final long CLOSED_FORM_LIMIT = 10_000_000;
    private static final double[] SIGMAS = {0.5, 1, 1.5, 2};

    /** A distribution whose condition number is known. */
    record Known(String title, ClosedForm form, double skew, Numbers found) {}

    /** The hidden layer after some steps of training. */
    record Hidden(int steps, Numbers numbers) {}

    /** Measures what the folder does not have. */
    static Transforms measure(Observations data, long seed, Names names, boolean quick, StudyFolder folder) {
        var split = data.split(seed);
        Suitability.check(split);
        var leftOut = new LinkedHashMap<Transform, String>();
        for (var transform : Transform.values()) {
            Suitability.reasonToLeaveOut(transform, data, split).ifPresent(reason -> leftOut.put(transform, reason));
        }
        var transforms = Stream.of(Transform.values())
                .filter(transform -> !leftOut.containsKey(transform))
                .toList();
        long limit = quick ? 1_000_000 : 5_000_000;
        var common = Map.of(
                "study",
                "transforms",
                "data",
                data.digest(),
                "seed",
                Long.toString(seed),
                "limit",
                Long.toString(limit));
        var known = known();
        var steps = quick ? List.of(0, 200) : List.of(0, 2_000);

        var experiments = new ArrayList<Experiment>();
        transforms.forEach(transform -> experiments.add(TransformRow.experiment(transform, split, limit, common)));
        known.forEach((title, form) -> experiments.add(closedForm(form, title)));
        experiments.add(trained(split.train(), limit, common));
        steps.forEach(count -> experiments.add(hidden(names, count)));
        var numbers = folder.measureAll("transforms", experiments).iterator();

        return new Transforms(
                data,
                split.train(),
                transforms.stream()
                        .map(transform -> new TransformRow(transform, numbers.next()))
                        .toList(),
                leftOut,
                limit,
                known.entrySet().stream()
                        .map(entry -> new Known(entry.getKey(), entry.getValue(), skew(entry.getKey()), numbers.next()))
                        .toList(),
                numbers.next(),
                steps.stream().map(count -> new Hidden(count, numbers.next())).toList());
    }

    private static Map<String, ClosedForm> known() {
        var known = new LinkedHashMap<String, ClosedForm>();
        known.put("mean 100, deviation 15", new ClosedForm(100, 225));
        known.put("centred", new ClosedForm(0, 225));
        known.put("standardised", new ClosedForm(0, 1));
        for (double sigma : SIGMAS) {
            known.put(lognormal(sigma), ClosedForm.lognormal(sigma));
        }
        return known;
    }

    private static String lognormal(double sigma) {
        return "lognormal, σ = " + NumberText.plain(sigma);
    }

    private static double skew(String title) {
        for (double sigma : SIGMAS) {
            if (title.equals(lognormal(sigma))) {
                return ClosedForm.lognormalSkew(sigma);
            }
        }
        return Double.NaN;
    }

    private static Experiment closedForm(ClosedForm form, String title) {
        return new Experiment(Map.of("study", "transforms", "closed form", title), () -> {
            var found = form.find(CLOSED_FORM_LIMIT);
            return new Numbers()
                    .put("condition predicted", form.condition())
                    .put("condition found", found.condition())
                    .put("steps predicted", (double) found.predictedSteps())
                    .put("steps found", (double) found.steps());
        });
    }

    private static Experiment trained(Observations train, long limit, Map<String, String> common) {
        var options = new LinkedHashMap<>(common);
        options.put("model", "BatchNorm trained");
        return new Experiment(options, () -> {
            var model = BatchNormModel.of(train, Math.min(limit, 100_000));
            return new Numbers().put("step found", model.largestStep()).put("steps found", (double) model.steps());
        });
    }

    private static Experiment hidden(Names names, int steps) {
        var options = Map.of(
                "study", "transforms", "model", "mlp-bn", "names", LectureRun.digest(names), "steps", "" + steps);
        return new Experiment(options, () -> {
            var layer = HiddenLayer.of(names.split(42), steps);
            return new Numbers()
                    .put("before", layer.before())
                    .put("after", layer.after())
                    .put("after tanh", layer.afterTanh());
        });
    }
}
