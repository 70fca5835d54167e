package handgrad.diagnostics;

import handgrad.nn.Layer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Watches a training and gives a line of advice, once, where its numbers show a known fault ({@link Rule}).
 *
 * <pre>{@code
 * var doctor = new ModelDoctor(model, 27);
 * for (int step = 0; step < 10_000; step++) {
 *     ...
 *     sgd.step(lr);
 *     doctor.after(step, value, lr).forEach(IO::println);
 * }
 * }</pre>
 *
 * <p>A model that is trained with another loss than the cross-entropy, as a regression is, has no number of classes:
 * {@code new ModelDoctor(model)}.
 *
 * <p>It only reads, so that a training has the same bits with and without it. It checks each of the first 100 steps
 * and every 100th one after them. Of a {@link handgrad.nn.Sequential} it sees what passes between the layers; of a
 * model in one piece only the loss and the parameters.
 */
public final class ModelDoctor {
    private static final int EARLY = 100;
    private static final int EVERY = 100;
    private static final int NO_CLASSES = 0;

    /** In the lectures' split of names it is 0.13, because some names are given to girls and to boys. */
    private static final double MOST_REPEATS = 0.3;

    /**
     * The cross-entropy of a row has a standard deviation of about 1. So many deviations of the mean over dev are no
     * chance.
     */
    private static final double DEVIATIONS = 4;

    private final Layer model;
    private final int classes;
    private final IntPredicate isChecked;
    private final ObservedModel observed;
    private final Weights weights;
    private final List<String> names;
    private final LossHistory losses = new LossHistory();
    private final List<Check> checks;
    private final Set<Rule> given = EnumSet.noneOf(Rule.class);
    private double[] updateToData = {};
    private boolean isCrossEntropy;

    /**
     * A doctor for a model that is about to be trained with the cross-entropy.
     *
     * @param classes V, the classes that the model chooses from, at least 2
     * @throws IllegalStateException if the model is observed already, as by another doctor
     */
    public ModelDoctor(Layer model, int classes) {
        this(model, atLeastTwo(classes), ModelDoctor::isChecked);
    }

    /**
     * A doctor for a model that is about to be trained with another loss, as a regression is. Rules that compare the
     * loss with ln V do not apply.
     *
     * @throws IllegalStateException if the model is observed already, as by another doctor
     */
    public ModelDoctor(Layer model) {
        this(model, NO_CLASSES, ModelDoctor::isChecked);
    }

    private static int atLeastTwo(int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException(
                    "ModelDoctor: wants at least 2 classes, there are %d; a regression has none: new ModelDoctor(model)"
                            .formatted(classes));
        }
        return classes;
    }

    private static boolean isChecked(int step) {
        return step < EARLY || step % EVERY == 0;
    }

    /** A doctor that checks these steps. */
    ModelDoctor(Layer model, int classes, IntPredicate isChecked) {
        this.model = model;
        this.classes = classes;
        this.isChecked = isChecked;
        isCrossEntropy = classes != NO_CLASSES;
        observed = new ObservedModel(model);
        weights = new Weights(model);
        names = weights.names();
        checks = List.of(
                new FirstLossCheck(),
                new DoubleSoftmaxCheck(),
                new UniformLossCheck(),
                new LinearChainCheck(),
                new SaturationCheck(observed),
                new DeadUnitsCheck(observed),
                new UpdateRatioCheck());
    }

    /** Carries what its advice depends on, but for the model. */
    void fields(StateFields fields) {
        losses.fields(fields);
        isCrossEntropy = fields.flag("isCrossEntropy", isCrossEntropy);
        observed.fields(fields);
        checks.forEach(check -> check.fields(fields));
    }

    /** Goes on with a model that was set to the state after a step, when these rules had been given. */
    void goOn(List<Rule> rules) {
        given.clear();
        given.addAll(rules);
        weights.keep();
    }

    /**
     * Checks a step, after its update; returns the advice that is new.
     *
     * @param step counted from 0
     * @param loss of the step's batch
     * @param lr the learning rate of the step
     */
    public List<Advice> after(int step, double loss, double lr) {
        losses.add(loss);
        var advice = new ArrayList<Advice>();
        add(advice, Rule.NOT_FINITE, step, notFinite(step, loss, lr));
        add(advice, Rule.BATCH_NORM_OF_ONE, step, batchNormOfOne());
        add(advice, Rule.BATCH_NORM_AT_EVALUATION, step, batchNormAtEvaluation(observed.strayPasses()));
        if (isChecked.test(step)) {
            updateToData = weights.updateToData();
            var facts = new ObservedStep(step, loss, lr, classes, losses, observed, names, updateToData);
            isCrossEntropy = isCrossEntropy && facts.isCrossEntropy();
            for (var check : checks) {
                if (!given.contains(check.rule())
                        && !isExplained(check.rule())
                        && (isCrossEntropy || !check.isOfCrossEntropy())) {
                    add(advice, check.rule(), step, check.find(facts));
                }
            }
        }
        if (isChecked.test(step + 1)) {
            weights.keep();
        }
        return advice;
    }

    /**
     * Checks the losses of an evaluation; returns the advice that is new.
     *
     * @param trainLoss on what the model learned from
     * @param devLoss on what it has not seen
     * @param devSize how many names, sentences or rows dev has, as they are compared with train
     * @param devInTrain how many of them also occur in train
     */
    public List<Advice> evaluated(double trainLoss, double devLoss, int devSize, int devInTrain) {
        int step = Math.max(0, losses.size() - 1);
        var advice = new ArrayList<Advice>();
        int stray = observed.strayPasses() + (observed.isForwardOnly() ? 1 : 0);
        add(advice, Rule.BATCH_NORM_AT_EVALUATION, step, batchNormAtEvaluation(stray));
        add(advice, Rule.BATCH_NORM_OF_ONE, step, batchNormOfOne());
        add(advice, Rule.LEAKAGE, step, leakage(trainLoss, devLoss, devSize, devInTrain));
        return advice;
    }

    /** Whether a fault is only a symptom of one that was found. */
    private boolean isExplained(Rule rule) {
        return rule == Rule.LOSS_AT_UNIFORM && given.contains(Rule.SOFTMAX_TWICE);
    }

    private void add(List<Advice> advice, Rule rule, int step, @Nullable String text) {
        if (text != null && given.add(rule)) {
            advice.add(new Advice(rule, step, text));
        }
    }

    private @Nullable String notFinite(int step, double loss, double lr) {
        if (Double.isFinite(loss) || given.contains(Rule.NOT_FINITE)) {
            return null;
        }
        var first = observed.notFinite() != null ? observed.notFinite() : NotFinite.find(model, observed.layers());
        if (first == null) {
            return String.format(
                    Locale.ROOT,
                    "The loss of step %,d is %s, though every tensor of the model is finite: a target had the"
                            + " probability 0. Try a smaller learning rate than %s.",
                    step,
                    loss,
                    (float) lr);
        }
        return String.format(
                Locale.ROOT,
                "The first tensor that is not finite is %s, in step %,d: it has an element that is %s. Look there for a"
                        + " division by 0, or the logarithm or root of a number that is not positive; if there is"
                        + " none, try a smaller learning rate than %s.",
                first.tensor(),
                first.stepBefore() ? step - 1 : step,
                first.value(),
                (float) lr);
    }

    private @Nullable String batchNormOfOne() {
        var layer = observed.normalizesOne();
        return layer == null
                ? null
                : "The BatchNorm1d of layer " + layer.name()
                        + " got a batch of one row in training mode, which it then normalised"
                        + " by itself. Train on larger batches; to evaluate or to sample, call model.train(false)"
                        + " before.";
    }

    private @Nullable String batchNormAtEvaluation(int strayPasses) {
        var layer = strayPasses == 0 ? null : observed.batchNormInTraining();
        return layer == null
                ? null
                : String.format(
                        Locale.ROOT,
                        "%,d forward %s in training mode had no backward pass, as an evaluation has none: the"
                                + " BatchNorm1d of layer %s normalised by those batches and moved its running"
                                + " statistics towards them. Call model.train(false) before an evaluation and"
                                + " model.train(true) after it.",
                        strayPasses,
                        strayPasses == 1 ? "pass" : "passes",
                        layer.name());
    }

    private @Nullable String leakage(double trainLoss, double devLoss, int devSize, int devInTrain) {
        double share = (double) devInTrain / devSize;
        if (share > MOST_REPEATS) {
            return String.format(
                    Locale.ROOT,
                    "%,d of %,d in dev (%.0f %%) also occur in train, so the loss on dev says little about what is"
                            + " new. Take repeats out before the split.",
                    devInTrain,
                    devSize,
                    100 * share);
        }
        if (isCrossEntropy && trainLoss - devLoss > DEVIATIONS / Math.sqrt(devSize)) {
            return String.format(
                    Locale.ROOT,
                    "The loss on dev, %.4f, is below the one on train, %.4f, by more than chance explains for %,d in"
                            + " dev. See that dev is drawn as train is, and that both losses are taken in the same"
                            + " mode.",
                    devLoss,
                    trainLoss,
                    devSize);
        }
        return null;
    }

    ObservedModel observed() {
        return observed;
    }

    Weights weights() {
        return weights;
    }

    LossHistory losses() {
        return losses;
    }

    /** std(update) / std(value) of each weight at the last step that was checked. */
    double[] updateToData() {
        return updateToData;
    }
}
