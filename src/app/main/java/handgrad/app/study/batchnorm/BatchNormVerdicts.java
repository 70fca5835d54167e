package handgrad.app.study.batchnorm;

import handgrad.app.report.NumberText;
import handgrad.app.study.Findings;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The four claims of Santurkar et al. 2018 on one network, each judged by a number and by a rule that is the same for
 * every network.
 */
final class BatchNormVerdicts {
    /** Of the same order of magnitude: a factor below √10 either way. */
    private static final double SAME_ORDER = Math.sqrt(10);

    private static final double HALF = 0.5;

    private final BatchNormRuns runs;
    private final BatchNormComparison comparison;

    BatchNormVerdicts(BatchNormRuns runs) {
        this.runs = runs;
        comparison = new BatchNormComparison(runs);
    }

    /**
     * A claim and whether it holds.
     *
     * @param claim of the paper
     * @param number what was measured, in words
     * @param rule when it holds
     */
    record Verdict(String claim, String number, String rule, boolean holds) {}

    List<Verdict> all() {
        return List.of(drift(), noise(), shift(), range());
    }

    private Verdict drift() {
        double ratio = comparison.layerRatio(ProbeResult::drift);
        return new Verdict(
                "No qualitative difference in how the inputs of layers shift",
                "a step moves them %s times as far with BatchNorm".formatted(NumberText.digits(ratio)),
                "median ratio between 1/√10 and √10",
                ratio > 1 / SAME_ORDER && ratio < SAME_ORDER);
    }

    private Verdict noise() {
        double whole = fall(Variant.BATCH_NORM);
        double share = fall(Variant.NOISY) / whole;
        return new Verdict(
                "Noisy BatchNorm still trains",
                whole > 0
                        ? "its loss falls %s of the way that BatchNorm's does".formatted(NumberText.percent(share))
                        : "BatchNorm's own loss does not fall",
                "at least half of the way",
                whole > 0 && share >= HALF);
    }

    /** How far the loss falls, the mean over the seeds. */
    double fall(Variant variant) {
        return runs.of(variant).stream()
                .mapToDouble(training -> training.firstLoss() - training.lastLoss())
                .average()
                .orElseThrow();
    }

    private Verdict shift() {
        double share = comparison.layersAsLarge(ProbeResult::difference);
        return new Verdict(
                "Internal covariate shift is often as large or larger with BatchNorm",
                "‖G − G′‖ is as large or larger in %s of all cases".formatted(NumberText.percent(share)),
                "at least half of the cases",
                share >= HALF);
    }

    private Verdict range() {
        double ratio = comparison.ratio(BatchNormComparison::lossRange);
        return new Verdict(
                "The range of the loss along the gradient is smaller with BatchNorm",
                "%s times that of the standard network; smaller at %s of the steps"
                        .formatted(
                                NumberText.digits(ratio),
                                NumberText.percent(comparison.smaller(BatchNormComparison::lossRange))),
                "median ratio below 1",
                ratio < 1);
    }

    /** What else the numbers of this network say. */
    Findings findings() {
        var findings = new Findings();
        for (var verdict : all()) {
            findings.judge(
                    verdict.holds(),
                    "%s: %s, %s.",
                    verdict.claim(),
                    verdict.holds() ? "holds" : "does not hold here",
                    verdict.number());
        }
        double gradient = comparison.ratio(ProbeResult::gradient);
        findings.add(
                "The gradient is %s times as long with BatchNorm, and a longer gradient leads further along it."
                        + " Relative to"
                        + " what the gradient alone would make of the steps, (η2 − η1) ‖g‖², the loss ranges %s"
                        + " times as far.",
                NumberText.digits(gradient), NumberText.digits(comparison.ratio(this::relativeRange)));
        findings.add(
                "The angle between G and G′ is as large or larger with BatchNorm in %s of all cases; the median"
                        + " cosine is %s"
                        + " without and %s with it.",
                NumberText.percent(comparison.layersAsLarge(reading ->
                        Arrays.stream(reading.cosine()).map(cosine -> -cosine).toArray())),
                NumberText.fixed(3, BatchNormComparison.median(runs, Variant.STANDARD, ProbeResult::cosine)),
                NumberText.fixed(3, BatchNormComparison.median(runs, Variant.BATCH_NORM, ProbeResult::cosine)));
        findings.add(
                "Along the gradient, the change of the gradient ranges %s times as far with BatchNorm (%s times"
                        + " in the first"
                        + " tenth of the training) and the effective β is %s times as large (%s times).",
                NumberText.digits(comparison.ratio(BatchNormComparison::changeRange)),
                NumberText.digits(comparison.earlyRatio(BatchNormComparison::changeRange)),
                NumberText.digits(comparison.ratio(ProbeResult::smoothness)),
                NumberText.digits(comparison.earlyRatio(ProbeResult::smoothness)));
        var best = Stream.of(Variant.values())
                .min(Comparator.comparingDouble(runs::lastLoss))
                .orElseThrow();
        findings.add(
                "The lowest loss at the end has %s, %s; BatchNorm has %s, the standard network %s. Of ℓ1, ℓ2"
                        + " and ℓ∞, %d end"
                        + " lower than the standard network.",
                best.title(),
                NumberText.digits(runs.lastLoss(best)),
                NumberText.digits(runs.lastLoss(Variant.BATCH_NORM)),
                NumberText.digits(runs.lastLoss(Variant.STANDARD)),
                Stream.of(Variant.L1, Variant.L2, Variant.L_INFINITY)
                        .filter(variant -> runs.lastLoss(variant) < runs.lastLoss(Variant.STANDARD))
                        .count());
        return findings;
    }

    /** The range of the loss over that of a loss that falls as its gradient says. */
    private double relativeRange(ProbeResult reading) {
        double[] steps = runs.network().stepSizes();
        return BatchNormComparison.lossRange(reading)
                / ((steps[steps.length - 1] - steps[0]) * reading.gradient() * reading.gradient());
    }
}
