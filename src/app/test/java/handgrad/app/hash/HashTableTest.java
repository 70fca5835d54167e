package handgrad.app.hash;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.tensor.Backend;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HashTableTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final List<HashedModel> TWO = List.of(HashedModel.MLP_BN, HashedModel.DEEP);
    private static final PublishedHashes PUBLISHED =
            new PublishedHashes("# MODEL STEPS HASH\nmlp-bn 7 " + A + "\ndeep 7 " + B + "\n");
    private static final HashSetting VECTORS = HashSetting.of(128, 1);
    private static final HashSetting LOOPS = HashSetting.of(0, 2);
    private static final HashSetting NOT_FUSED = HashSetting.all().getLast();

    private record Judgement(int code, String out) {
        static Judgement of(int steps, HashRow... rows) {
            var out = new StringWriter();
            int code = new HashTable(steps).judge(List.of(rows), TWO, PUBLISHED, new PrintWriter(out, true));
            return new Judgement(code, out.toString());
        }
    }

    private static HashRow row(HashSetting setting, boolean fused, String... hashes) {
        var ofModels = new LinkedHashMap<HashedModel, String>();
        for (int i = 0; i < hashes.length; i++) {
            ofModels.put(TWO.get(i), hashes[i]);
        }
        return new HashRow(setting, fused, ofModels);
    }

    /** A short part of the table: the widest vectors on two threads, and plain loops by C1. */
    @Test
    void a_few_steps_give_the_published_bits() {
        var out = new StringWriter();
        var settings = HashSetting.all();
        var two = List.of(HashSetting.of(Backend.environment().vectorBits(), 2), settings.get(settings.size() - 2));
        assertThat(two.getLast().name()).startsWith("C1 alone");
        var models = List.of(HashedModel.MLP_BN, HashedModel.GPT);
        int code = new HashTable(20).print(two, models, new PrintWriter(out, true));
        assertThat(out.toString())
                .containsPattern("\nall settings +same +same\n")
                .containsPattern("\nas published +same +same\n");
        assertThat(code).isZero();
    }

    /** All of it, as a user runs it; without vectors of 512 bits where the CPU has none. */
    @Test
    @Tag("long")
    void every_setting_gives_the_published_bits() {
        for (var steps : List.of("--hashes=20", "--hashes")) {
            var result = CommandResult.of("doctor", steps);
            assertThat(result.out())
                    .containsPattern("\nall settings( +same){5}\n")
                    .containsPattern("\nas published( +same){5}\n");
            assertThat(result.code()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "MLP_BN")
    void the_command_prints_the_hash(HashedModel model, @TempDir Path folder) {
        checkCommand(model, folder);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void every_command_prints_the_hash(HashedModel model, @TempDir Path folder) {
        checkCommand(model, folder);
    }

    /** Both in this JVM, with the same OpenBLAS. */
    private static void checkCommand(HashedModel model, Path folder) {
        var words = model.command(3).replace("./handgrad -Dhandgrad.blas=off ", "") + " --out " + folder.resolve("run");
        var trained = CommandResult.of(words.split(" "));
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).endsWith("\nweights  sha256 " + model.hash(3) + "\n");
    }

    @Test
    void a_version_has_hashes_of_every_model_for_few_steps_and_for_those_of_the_command() {
        var published = PublishedHashes.read();
        for (var model : HashedModel.values()) {
            for (int steps : new int[] {20, HashTable.STEPS}) {
                assertThat(published.of(model, steps))
                        .as(model.title())
                        .get()
                        .satisfies(hash -> assertThat(hash).matches("[0-9a-f]{64}"));
            }
        }
    }

    @Test
    void equal_hashes_are_the_same_and_those_without_fused_multiply_add_an_exception() {
        var judgement = Judgement.of(
                7,
                row(VECTORS, true, A, B),
                row(LOOPS, true, A, B),
                row(HashSetting.of(512, 1), true),
                row(NOT_FUSED, false, B, A));
        assertThat(judgement).isEqualTo(new Judgement(0, """

            all settings                      same           same
            as published                      same           same

            mlp-bn         sha256 %s
                           ./handgrad -Dhandgrad.blas=off train mlp-bn --steps 7
            deep           sha256 %s
                           ./handgrad -Dhandgrad.blas=off train deep --steps 7

            Without fused multiply-add the product is rounded and then the sum, so those bits are others\
             than the promised ones.
            """.formatted(A, B)));
    }

    @Test
    void a_setting_that_differs_fails() {
        var judgement = Judgement.of(7, row(VECTORS, true, A, B), row(LOOPS, true, B, B));
        assertThat(judgement.code).isEqualTo(1);
        assertThat(judgement.out).startsWith("""

            all settings                      DIFFERS        same
            as published                      DIFFERS        same

            mlp-bn         sha256 %s, %s
            """.formatted(A, B));
    }

    @Test
    void a_machine_that_differs_fails() {
        var judgement = Judgement.of(7, row(VECTORS, true, A, A), row(LOOPS, true, A, A));
        assertThat(judgement.code).isEqualTo(1);
        assertThat(judgement.out).startsWith("""

            all settings                      same           same
            as published                      same           DIFFERS
            """);
    }

    @Test
    void of_other_steps_nothing_is_published() {
        var judgement = Judgement.of(8, row(VECTORS, true, A, A), row(LOOPS, true, A, A));
        assertThat(judgement.code).isZero();
        assertThat(judgement.out).contains("\nas published                      none           none\n");
    }

    @Test
    void a_cpu_without_fused_multiply_add_agrees_with_itself_alone() {
        var judgement =
                Judgement.of(7, row(VECTORS, false, B, A), row(LOOPS, false, B, A), row(NOT_FUSED, false, B, A));
        assertThat(judgement.code).isZero();
        assertThat(judgement.out)
                .doesNotContain("as published")
                .endsWith(
                        "\nThis CPU has no fused multiply-add: it rounds the product and then the sum, so its bits are"
                                + " others than the promised ones.\n");
    }

    @Test
    void every_width_stands_in_the_table_with_one_thread_and_two() {
        assertThat(HashSetting.all())
                .extracting(HashSetting::name)
                .containsExactly(
                        "512-bit vectors, 1 thread",
                        "512-bit vectors, 2 threads",
                        "256-bit vectors, 1 thread",
                        "256-bit vectors, 2 threads",
                        "128-bit vectors, 1 thread",
                        "128-bit vectors, 2 threads",
                        "vectors off, 1 thread",
                        "vectors off, 2 threads",
                        "C1 alone, vectors off, 2 threads",
                        "no fused multiply-add, 2 threads");
    }

    @Test
    void refuses_what_it_cannot_do() {
        assertThat(CommandResult.of("doctor", "--hashes=0"))
                .isEqualTo(new CommandResult(2, "", "handgrad: --hashes must be from 1 to 100,000, it is 0\n"));
        assertThat(CommandResult.of("doctor", "--hashes=20", "model.safetensors"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: --hashes trains models of its own: leave it out, or model.safetensors\n"));
        assertThat(CommandResult.of("doctor", "--hashes=20", "--calibrate=0"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: --hashes trains models of its own: leave it out, or --calibrate\n"));
    }
}
