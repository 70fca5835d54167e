package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExerciseCommandTest {
    private static final Exercise BASICS = Exercise.named("5");

    @TempDir
    private Path folder;

    static List<Exercise> all() {
        return Exercise.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theSolutionIsRight(Exercise exercise) throws IOException {
        var result = check(exercise, exercise.solution());
        int count = exercise.steps().size();
        assertThat(result.out()).contains("Solved, %d of %d right.".formatted(count, count));
        assertThat(result.out().lines().filter(line -> line.contains("approximate: true")))
                .hasSize(count);
        assertThat(result.code()).isZero();
    }

    @ParameterizedTest
    @MethodSource("all")
    void anUntouchedFileSaysWhatComesNext(Exercise exercise) throws IOException {
        var file = write(exercise, exercise.skeleton());
        var name = exercise.name();
        var first = exercise.steps().getFirst().tensor();
        int line = (int) exercise.skeleton()
                        .lines()
                        .takeWhile(each -> !each.startsWith("    d" + first + " = null;"))
                        .count()
                + 1;
        assertThat(CommandResult.of("exercise", name, file.toString()))
                .isEqualTo(new CommandResult(
                        1,
                        """
                        %s

                        0 of %d right, %d blank.
                        Next: d%s (line %d) of %s, then ./handgrad exercise %s again; --hint helps.
                        """.formatted(
                                        exercise.heading(),
                                        exercise.steps().size(),
                                        exercise.steps().size(),
                                        first,
                                        line,
                                        file,
                                        name),
                        ""));
    }

    @Test
    void listsTheExercises() {
        var result = CommandResult.of("exercise", "--folder", folder.toString());
        assertThat(result.code()).isZero();
        assertThat(result.out().lines())
                .hasSize(Exercise.all().size() + 1)
                .contains("5       One neuron, one number at a time                 not started")
                .endsWith("./handgrad exercise NAME checks one; the first time it makes the file to fill in.");
    }

    @Test
    void makesTheFileOnceAndNeverOverwritesIt() throws IOException {
        var learners = folder.resolve("mine");
        var file = learners.resolve("Exercise5.java");
        var first = CommandResult.of("exercise", "5", "--folder", learners.toString());
        assertThat(first.code()).isOne();
        assertThat(first.out())
                .startsWith(file + " is new: the task, the forward pass, and blanks for you to fill in.\nExercise 5.");
        assertThat(file).hasContent(BASICS.skeleton());

        var source = filled("dv = v.mul(2);");
        Files.writeString(file, source);
        var second = CommandResult.of("exercise", "5", "--folder", learners.toString());
        assertThat(second.out()).startsWith("Exercise 5. ").contains("1 of 8 right, 7 blank.");
        assertThat(file).hasContent(source);
        assertThat(CommandResult.of("exercise", "--folder", learners.toString()).out())
                .contains("one number at a time                 1 of 8 right\n");
    }

    @Test
    void showsWhatIsRightAndWhatIsBlank() throws IOException {
        var result = check(BASICS, filled("dv = v.mul(2);", "du = dv;"));
        assertThat(result.out())
                .contains("v                exact: true   approximate: true   maxdiff: 0.0\n")
                .contains("2 of 8 right, 6 blank.\nNext: dt (line 39) of ");
        assertThat(result.code()).isOne();
    }

    @Test
    void namesTheFirstThatIsWrong() throws IOException {
        var result = check(BASICS, BASICS.solution().replace("db = a.mul(dp)", "db = b.mul(dp)"));
        assertThat(result.out())
                .containsPattern("(?m)^b                exact: false  approximate: false  maxdiff: \\d")
                .contains("db (line 56) is wrong: ")
                .contains("7 of 8 right, 1 wrong.\nNext: db (line 56) of ")
                .doesNotContain("Correct it first");
        assertThat(result.code()).isOne();
    }

    @Test
    void namesEachCauseThatFits() throws IOException {
        var result = check(
                Exercise.named("7"), Exercise.named("7").solution().replace("x.mul(2).div(120)", "x.mul(2).div(30)"));
        assertThat(result.out())
                .contains("is wrong, likely cause: it is 4 times too large: a mean in the forward pass divides by n =")
                .contains("; or the derivative of x⁴ is 4x³");
    }

    @Test
    void saysThatAMistakeGoesOn() throws IOException {
        var result = check(BASICS, BASICS.solution().replace("dq = t.mul(t).neg()", "dq = t.mul(t)"));
        assertThat(result.out())
                .contains("dq (line 47) is wrong: ")
                .contains("Correct it first: the others that are wrong may be so because they are computed from it.")
                .contains("3 of 8 right, 5 wrong.");
    }

    @Test
    void showsTheLineThatThrows() throws IOException {
        var exercise = Exercise.named("12");
        var result = check(exercise, exercise.solution().replace("dlogits.matmulTransposeB(W2)", "dlogits.matmul(W2)"));
        assertThat(result.out()).contains("""
                Line 60 stops it: matmul: inner dimensions differ, a (64, 2), b (16, 2)
                    dh = dlogits.matmul(W2); // (64, 16)

                3 of 7 right, 4 blank.
                Next: dh (line 60) of\
                """);
        assertThat(result.code()).isOne();
    }

    @Test
    void showsThatABlankIsUsed() throws IOException {
        var result = check(BASICS, filled("dv = v.mul(2);", "dt = dv.add(a.mul(du));"));
        assertThat(result.out())
                .contains("Line 39 stops it: it uses du, which is still blank\n    dt = dv.add(a.mul(du));");
    }

    @Test
    void showsTheCompilersMessageAtTheLearnersLine() throws IOException {
        var file = write(BASICS, filled("dv = v.twice();"));
        assertThat(CommandResult.of("exercise", "5", file.toString())).isEqualTo(new CommandResult(1, "", file + """
                        :37: error: cannot find symbol
                            dv = v.twice(); // ()
                                  ^
                          symbol:   method twice()
                          location: variable v of type Tensor
                        1 error
                        """));
    }

    @Test
    void saysWhereTheForwardPassThrows() throws IOException {
        var source = BASICS.skeleton().replace("p = names", "throwing(); p = names")
                + "void throwing() { throw new RuntimeException(\"no\"); }\n";
        var result = check(BASICS, source);
        assertThat(result.code()).isOne();
        long last = source.lines().count();
        assertThat(result.err())
                .endsWith("Exercise5.java:" + last + ": throws java.lang.RuntimeException: no, in forward\n");
    }

    @Test
    void refusesAnotherForwardPass() throws IOException {
        var source = BASICS.solution().replace("names.name(\"q\", p.add(c))", "names.name(\"q\", p.sub(c))");
        var result = check(BASICS, source);
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .endsWith("Exercise5.java: forward computes another q than the exercise; restore it from"
                        + " the original, or move the file away to get a fresh one\n");
    }

    @Test
    void refusesAFileWithoutTheFieldOfAGradient() throws IOException {
        var result = check(BASICS, BASICS.skeleton().replace(", du,", ",").replace("    du = null; // ()\n", ""));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .endsWith("Exercise5.java: the field du is missing; declare it outside of backward: Tensor du;\n");
    }

    @Test
    void tellsWhenTheTrainingGoesAnotherWay() throws IOException {
        var exercise = Exercise.named("12");
        var source = exercise.solution().replace("update(b2, db2);", "update(b2, dlogits.sum(0).mul(2));");
        var result = check(exercise, source);
        assertThat(result.code()).isOne();
        assertThat(result.out())
                .contains("the training goes another way: step 1 has the loss 0.")
                .contains("7 of 7 right");
    }

    @Test
    void givesOneHintAfterTheOther() throws IOException {
        var file = write(BASICS, filled("dv = v.mul(2);", "du = dv;")).toString();
        var hints = BASICS.steps().get(2).hints();
        assertThat(hints).hasSize(2);
        for (int i = 0; i < 2; i++) {
            assertThat(CommandResult.of("exercise", "5", file, "--hint"))
                    .isEqualTo(new CommandResult(
                            0, "dt (line 39), hint %d of 2: %s\n".formatted(i + 1, hints.get(i)), ""));
        }
        assertThat(CommandResult.of("exercise", "5", file, "--hint").out())
                .isEqualTo("dt (line 39): no hints are left; ./handgrad exercise 5 --solution prints the answer\n");
    }

    @Test
    void printsTheSolution() {
        assertThat(CommandResult.of("exercise", "5", "--solution"))
                .isEqualTo(new CommandResult(0, BASICS.solution(), ""));
    }

    @Test
    void refusesWhatItCannotDo() {
        assertRefused("handgrad: there is no exercise 99; ./handgrad exercise lists them\n", "exercise", "99");
        assertRefused("handgrad: there is no exercise rung-0; ./handgrad exercise lists them\n", "exercise", "rung-0");
        assertRefused("handgrad: there is no file none.java\n", "exercise", "1", "none.java");
        assertRefused("handgrad: name an exercise, as in ./handgrad exercise 1 --hint\n", "exercise", "--hint");
    }

    private static void assertRefused(String message, String... arguments) {
        assertThat(CommandResult.of(arguments)).isEqualTo(new CommandResult(2, "", message));
    }

    /** The skeleton of the basics with some blanks filled in. */
    private static String filled(String... answers) {
        var source = BASICS.skeleton();
        for (var answer : answers) {
            source = source.replace(answer.substring(0, answer.indexOf('=')) + "= null;", answer);
        }
        return source;
    }

    private CommandResult check(Exercise exercise, String source) throws IOException {
        return CommandResult.of(
                "exercise", exercise.name(), write(exercise, source).toString());
    }

    private Path write(Exercise exercise, String source) throws IOException {
        return Files.writeString(folder.resolve(exercise.fileName()), source);
    }
}
