package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.program.SourceProgram;
import handgrad.check.result.Cause.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes that learners make, each planted in a solution: the check names the gradient and the cause. */
class PlantedMistakeTest {
    /** Of each exercise one, so that what is right before the mistake is compared with differences once. */
    private static final Map<Integer, ExerciseReference> REFERENCES = new HashMap<>();

    @AfterAll
    static void forget() {
        REFERENCES.clear();
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # exercise, tensor, its gradient in the solution, with the mistake, the cause
        1  | logprobs       | onehot.mul(-1.0 / n)                  | onehot.mul(-1.0)                      | \
        MISSING_MEAN
        1  | logprobs       | onehot.mul(-1.0 / n)                  | onehot.mul(1.0 / n)                   | SIGN
        1  | logprobs       | onehot.mul(-1.0 / n)                  | onehot.mul(-1 / n)                    | ZERO
        1  | probs          | dlogprobs.div(probs)                  | dlogprobs                             | \
        MISSING_TERM
        1  | counts_sum_inv | counts.mul(dprobs).sum(1, true)       | counts.mul(dprobs)                    | \
        BROADCAST_NOT_SUMMED
        1  | counts_sum_inv | counts.mul(dprobs).sum(1, true)       | counts.mul(dprobs).sum(1)             | \
        WRONG_SHAPE
        1  | counts_sum_inv | counts.mul(dprobs).sum(1, true)       | counts.mul(dprobs).sum(0, true)       | \
        WRONG_AXIS
        1  | counts_sum     | counts_sum.pow(-2).neg().mul          | counts_sum.pow(-2).mul                | SIGN
        1  | counts         | counts_sum_inv.mul(dprobs).add(dcounts_sum) | counts_sum_inv.mul(dprobs)      | \
        OVERWRITTEN
        1  | norm_logits    | counts.mul(dcounts)                   | dcounts                               | \
        MISSING_TERM
        1  | logit_maxes    | dnorm_logits.sum(1, true).neg()       | dnorm_logits                          | \
        BROADCAST_NOT_SUMMED
        1  | h              | dlogits.matmulTransposeB(W2)          | dlogits.matmulTransposeB(W2).mul(2)   | \
        CONSTANT_FACTOR
        1  | W2             | h.matmulTransposeA(dlogits)           | dlogits.matmulTransposeA(h)           | \
        TRANSPOSED
        1  | b2             | dlogits.sum(0)                        | dlogits.mean(0)                       | \
        MISSING_MEAN
        1  | b2             | dlogits.sum(0)                        | dlogits                               | \
        BROADCAST_NOT_SUMMED
        1  | b2             | dlogits.sum(0)                        | dlogits.sum(1)                        | \
        WRONG_AXIS
        1  | hpreact        | h.pow(2).neg().add(1).mul(dh)         | dh                                    | \
        MISSING_TERM
        1  | bnraw          | bngain.mul(dhpreact)                  | dhpreact                              | \
        MISSING_TERM
        1  | bngain         | bnraw.mul(dhpreact).sum(0, true)      | bnraw.mul(dhpreact)                   | \
        BROADCAST_NOT_SUMMED
        1  | bngain         | bnraw.mul(dhpreact).sum(0, true)      | bnraw.mul(dhpreact).sum(0)            | \
        WRONG_SHAPE
        1  | bngain         | bnraw.mul(dhpreact).sum(0, true)      | bnraw.mul(dhpreact).mean(0, true)     | \
        MISSING_MEAN
        1  | bnvar          | .mul(-0.5).mul(dbnvar_inv)            | .mul(0.5).mul(dbnvar_inv)             | SIGN
        1  | bnvar          | .mul(-0.5).mul(dbnvar_inv)            | .mul(dbnvar_inv).neg()                | \
        CONSTANT_FACTOR
        1  | bndiff2        | .mul(dbnvar).div(n - 1)               | .mul(dbnvar).div(n)                   | \
        VARIANCE
        1  | bndiff2        | .mul(dbnvar).div(n - 1)               | .mul(dbnvar)                          | \
        MISSING_MEAN
        1  | bndiff         | .add(bndiff.mul(2).mul(dbndiff2))     |                                       | \
        OVERWRITTEN
        1  | bndiff         | bnvar_inv.mul(dbnraw).add(bndiff.mul(2).mul(dbndiff2)) | \
        bndiff.mul(2).mul(dbndiff2) | OVERWRITTEN
        1  | hprebn         | dbndiff.add(dbnmeani.div(n))          | dbndiff                               | \
        OVERWRITTEN
        1  | hprebn         | dbndiff.add(dbnmeani.div(n))          | dbndiff.add(dbnmeani)                 | \
        MISSING_TERM
        1  | W1             | embcat.matmulTransposeA(dhprebn)      | dhprebn.matmulTransposeA(embcat)      | \
        TRANSPOSED
        1  | C              | indexAdd(Xb, demb)                    | indexAdd(Xb, demb).div(n)             | \
        MISSING_MEAN
        2  | logits         | probs.sub(onehot).div(n)              | probs.sub(onehot)                     | \
        MISSING_MEAN
        2  | logits         | probs.sub(onehot).div(n)              | probs.div(n)                          | \
        MISSING_TERM
        2  | logits         | probs.sub(onehot).div(n)              | onehot.sub(probs).div(n)              | SIGN
        3  | hprebn         | .mul(n / (n - 1.0))                   |                                       | \
        VARIANCE
        3  | hprebn         | .mul(n / (n - 1.0))                   | .mul(n / (n - 1))                     | \
        VARIANCE
        4  | b1             | db1 = dhprebn.sum(0)                  | db1 = dhprebn                         | \
        BROADCAST_NOT_SUMMED
        4  | bnbias         | dbnbias = dhpreact.sum(0, true)       | dbnbias = dhpreact.mean(0, true)      | \
        MISSING_MEAN
        4  | hprebn         | .div(n - 1))); // (32, 200)           | .div(n))); // (32, 200)               | \
        VARIANCE
        5  | v              | v.mul(2)                              | v                                     | \
        CONSTANT_FACTOR
        5  | t              | dv.add(a.mul(du))                     | a.mul(du)                             | \
        OVERWRITTEN
        5  | t              | dv.add(a.mul(du))                     | dv                                    | \
        OVERWRITTEN
        5  | a              | b.mul(dp).add(t.mul(du))              | b.mul(dp)                             | \
        OVERWRITTEN
        5  | a              | b.mul(dp).add(t.mul(du))              | t.mul(du)                             | \
        OVERWRITTEN
        5  | p              | dp = dq                               | dp = dq.neg()                         | SIGN
        6  | losses         | to(DType.FLOAT64).div(n)              | to(DType.FLOAT64)                     | \
        MISSING_MEAN
        6  | picked         | dlosses.neg()                         | dlosses                               | SIGN
        6  | maxes          | dlogsumexp.sub(dshifted.sum(1, true)) | dlogsumexp                            | \
        OVERWRITTEN
        6  | logits         | `            .add(onehot.mul(dpicked))\n` |                                   | \
        OVERWRITTEN
        7  | x              | x.mul(2).div(120)                     | x.mul(2)                              | \
        MISSING_MEAN
        7  | x              | x.mul(2).div(120)                     | x.div(120)                            | \
        CONSTANT_FACTOR
        7  | positions      | dpositions = dx.sum(0)                | dpositions = dx                       | \
        BROADCAST_NOT_SUMMED
        7  | positions      | dpositions = dx.sum(0)                | dpositions = dx.mean(0)               | \
        MISSING_MEAN
        8  | x              | t.add(1).mul(0.5).mul(dy).add(        | Tensor.zeros(8, 6).to(DType.FLOAT64).add( | \
        OVERWRITTEN
        8  | t              | x.mul(0.5).mul(dy)                    | x.mul(dy)                             | \
        CONSTANT_FACTOR
        9  | bias           | dpaper.add(dlecture).add(dpytorch).add(dlater).sum(0, true) | \
        dpaper.add(dlecture).add(dpytorch).add(dlater) | BROADCAST_NOT_SUMMED
        9  | xpaper         | dpaper.mul(rawpaper).sum(0, true)).div(n) | dpaper.mul(rawpaper).sum(0, \
        true)).div(n - 1) | VARIANCE
        9  | xlecture       | dlecture.mul(rawlecture).sum(0, true)).div(n - 1) | dlecture.mul(rawlecture).sum(0, \
        true)).div(n) | VARIANCE
        9  | xpytorch       | dpytorch.mul(rawpytorch).sum(0, true)).div(n) | dpytorch.mul(rawpytorch).sum(0, \
        true)).div(n - 1) | VARIANCE
        10 | bias           | dy.sum(0)                             | dy.sum(1)                             | \
        WRONG_AXIS
        10 | gain           | raw.mul(dy).sum(0)                    | raw.mul(dy)                           | \
        BROADCAST_NOT_SUMMED
        11 | b              | dy.sum(0).sum(0)                      | dy.sum(0)                             | \
        BROADCAST_NOT_SUMMED
        11 | x              | `.add(Tensor.cat(1, slice(dpast, dilation, times), silence))` |               | \
        OVERWRITTEN
        11 | x              | `dy.matmulTransposeB(Wnow).add(Tensor.cat(1, slice(dpast, dilation, times), \
        silence))` | `Tensor.cat(1, slice(dpast, dilation, times), silence)` | OVERWRITTEN
        12 | W1             | x.matmulTransposeA(dhpre)             | dhpre.matmulTransposeA(x)             | \
        TRANSPOSED
        12 | hpre           | h.pow(2).neg().add(1).mul(dh)         | dh                                    | \
        MISSING_TERM
        """)
    void isNamed(int number, String tensor, String right, @Nullable String mistake, Kind cause) throws Exception {
        var exercise = Exercise.named(Integer.toString(number));
        var answer = right.replace("\\n", "\n");
        assertThat(exercise.solution()).containsOnlyOnce(answer);
        var file = folder.resolve(exercise.fileName());
        Files.writeString(file, exercise.solution().replace(answer, mistake == null ? "" : mistake));
        var reference = REFERENCES.computeIfAbsent(number, _ -> new ExerciseReference(exercise));
        var check = ExerciseCheck.of(exercise, file, SourceProgram.compile(file), reference);
        var wrong = check.firstWrong().orElseThrow();
        assertThat(wrong.name()).isEqualTo(tensor);
        var found = Objects.requireNonNull(wrong.cause());
        assertThat(found.kind()).as(found.sentence()).isEqualTo(cause);
    }
}
