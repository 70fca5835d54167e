package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExerciseCommandTest {
    private static final Exercise BASICS = Exercise.named("5");

    @TempDir
    private Path folder;

    /** The basics, one in which a network is trained, a rung and a fault; the long tests check the others. */
    static Stream<Exercise> some() {
        return Stream.of("5", "12", "rung-1", "fault-3").map(Exercise::named);
    }

    static Stream<Exercise> someWithBlanks() {
        return some().filter(exercise -> !exercise.isFault());
    }

    static List<Exercise> all() {
        return Exercise.all();
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("all")
    void everySolutionIsRight(Exercise exercise) throws IOException {
        theSolutionIsRight(exercise);
    }

    @ParameterizedTest
    @MethodSource("some")
    void theSolutionIsRight(Exercise exercise) throws IOException {
        var result = check(exercise, exercise.solution());
        int count = exercise.steps().size();
        assertThat(result.out()).contains("Solved, %d of %d right.".formatted(count, count));
        assertThat(result.out().lines().filter(line -> line.contains("approximate: true")))
                .hasSize(count);
        assertThat(result.code()).isZero();
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("handgrad.app.exercise.ExerciseTest#withBlanks")
    void everyUntouchedFileSaysWhatComesNext(Exercise exercise) throws IOException {
        anUntouchedFileSaysWhatComesNext(exercise);
    }

    @ParameterizedTest
    @MethodSource("someWithBlanks")
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

    @ParameterizedTest
    @MethodSource("handgrad.app.exercise.ExerciseTest#faults")
    void an_untouched_fault_says_that_a_line_is_wrong_and_not_which(Exercise fault) throws IOException {
        var result = check(fault, fault.skeleton());
        assertThat(result)
                .isEqualTo(new CommandResult(
                        1, """
                        %s

                        Not all gradients are those of the loss: one line of backward is wrong.
                        Find it in %s, then ./handgrad exercise %s again; --hint narrows it down.
                        """.formatted(fault.heading(), folder.resolve(fault.fileName()), fault.name()), ""));
    }

    @Test
    void a_variable_that_hides_a_field_is_told() throws IOException {
        var source = BASICS.skeleton()
                .replace("dv = null; // ()", "dv = v.mul(2); // ()")
                .replace("du = null; // ()", "var du = dv;")
                .replace("dt = null; // ()", "final Tensor dt = dv.add(a.mul(du));");
        var file = write(BASICS, source);
        var result = CommandResult.of("exercise", "5", file.toString());
        assertThat(result.code()).isOne();
        assertThat(result.out()).contains("""
            du is declared again inside backward (line 38): write du = … without a type
            dt is declared again inside backward (line 39): write dt = … without a type

            1 of 8 right, 7 blank.
            """);
    }

    @Test
    void a_fault_is_narrowed_down_hint_by_hint() throws IOException {
        var fault = Exercise.named("fault-3");
        var file = write(fault, fault.skeleton()).toString();
        var hints = Stream.generate(() -> CommandResult.of("exercise", "fault-3", file, "--hint"))
                .limit(7)
                .map(CommandResult::out)
                .toList();
        assertThat(hints.get(0)).isEqualTo("hint 1 of 6: it is in the first half, one of db2, dW2, dh, dhpre\n");
        assertThat(hints.get(1)).isEqualTo("hint 2 of 6: it is dh (line 44)\n");
        assertThat(hints.get(2)).startsWith("hint 3 of 6: dh is wrong: ");
        assertThat(hints.get(3))
                .isEqualTo("hint 4 of 6: " + fault.step("dh").hints().getFirst() + "\n");
        assertThat(hints.get(6))
                .isEqualTo("no hints are left; ./handgrad exercise fault-3 --solution dh prints the answer\n");
    }

    @Test
    void a_fault_is_solved_when_it_is_mended_and_named() throws IOException {
        var fault = Exercise.named("fault-3");
        var named = "faulty = \"dh\"";
        assertThat(check(fault, fault.skeleton().replace("faulty = \"\"", named))
                        .out())
                .contains("one line of backward is wrong. It is that of dh, as you say; mend it.\n");
        assertThat(check(fault, fault.skeleton().replace("faulty = \"\"", "faulty = \"dx\""))
                        .out())
                .contains("one line of backward is wrong. It is not that of dx.\n");
        var unnamed = check(fault, fault.solution().replace(named, "faulty = \"\""));
        assertThat(unnamed.code()).isOne();
        assertThat(unnamed.out()).contains("All 7 gradients are right. Which of them was wrong?\nWrite it in ");
        assertThat(check(fault, fault.solution().replace(named, "faulty = \"dx\""))
                        .out())
                .contains("But it was not dx that was wrong; which one was it?\n");
    }

    @Test
    void an_untouched_map_begins_with_the_first_of_the_path() {
        var result = CommandResult.of("exercise", "--folder", folder.toString());
        var path = Exercise.all();
        assertThat(result.code()).isZero();
        assertThat(result.out().lines())
                .hasSize(path.size() + 5)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(110));
        assertThat(result.out())
                .contains("\n1        Backpropagation through everything               ****  120 min  after 12, 2\n")
                .contains("░  0 of %d solved, about ".formatted(path.size()))
                .endsWith("Next: %s. ./handgrad exercise %s makes the file to fill in, and checks it.\n"
                        .formatted(path.getFirst().title(), path.getFirst().name()));
    }

    @Test
    void the_map_knows_what_the_last_check_found_until_the_file_changes() throws IOException {
        var learners = folder.toString();
        var file = Files.writeString(folder.resolve("Exercise5.java"), BASICS.solution());
        assertThat(mapLine(learners)).endsWith("min  begun");
        var result = CommandResult.of("exercise", "5", "--folder", learners);
        var next = Exercise.all().get(Exercise.all().indexOf(BASICS) + 1);
        assertThat(result.out())
                .endsWith("Solved, 8 of 8 right. ./handgrad exercise 5 --solution shows the derivation.\n"
                        + "Next: ./handgrad exercise %s, %s.\n".formatted(next.name(), next.title()));
        assertThat(mapLine(learners)).endsWith("min  solved");
        Files.writeString(file, filled("dv = v.mul(2);"));
        assertThat(mapLine(learners)).endsWith("min  begun");
        assertThat(CommandResult.of("exercise", "5", "--folder", learners).code())
                .isOne();
        assertThat(mapLine(learners)).endsWith("min  1 of 8 right");
        Files.writeString(file, BASICS.withWords());
        assertThat(mapLine(learners)).doesNotContain("begun", "solved", "right");
    }

    private static String mapLine(String learners) {
        return CommandResult.of("exercise", "--folder", learners)
                .out()
                .lines()
                .filter(line -> line.startsWith("5 "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void prints_the_solution_of_one_gradient() {
        var answer = """
            // t = tanh q, and the derivative of tanh is 1 - tanh², here 1 - t².
            dq = t.mul(t).neg().add(1).mul(dt); // ()
            """;
        assertThat(CommandResult.of("exercise", "5", "--solution", "dq")).isEqualTo(new CommandResult(0, answer, ""));
        assertThat(CommandResult.of("exercise", "5", "--solution", "q").out()).isEqualTo(answer);
        assertRefused(
                "handgrad: exercise 5 asks for no dx; it asks for dv, du, dt, dq, dp, dc, db, da\n",
                "exercise",
                "5",
                "--solution",
                "dx");
    }

    @Test
    void makesTheFileOnceAndNeverOverwritesIt() throws IOException {
        var learners = folder.resolve("mine");
        var file = learners.resolve("Exercise5.java");
        var first = CommandResult.of("exercise", "5", "--folder", learners.toString());
        assertThat(first.code()).isOne();
        assertThat(first.out())
                .startsWith(file + " is new: the task, the forward pass, and blanks for you to fill in.\nExercise 5.");
        assertThat(file).hasContent(BASICS.withWords());
        assertThat(BASICS.withWords())
                .contains("""

                    // What NumPy and PyTorch write, and what is written here; more: ./handgrad exercise --words
                    //
                    """)
                .contains("//     -a, 1 - a     -a, 1 - a     a.neg(), a.rsub(1)\n")
                .contains("""
                    a.mul(b), a.div(b)
                    void backward() {
                    """);

        var source = filled("dv = v.mul(2);");
        Files.writeString(file, source);
        var second = CommandResult.of("exercise", "5", "--folder", learners.toString());
        assertThat(second.out()).startsWith("Exercise 5. ").contains("1 of 8 right, 7 blank.");
        assertThat(file).hasContent(source);
        assertThat(mapLine(learners.toString())).endsWith("  1 of 8 right");
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
                .contains(
                        "db (line 56) is wrong, likely cause: you used b where a is right; or it is 3 times too large,"
                                + " with the wrong sign: look for a constant factor of the forward pass\n")
                .contains("7 of 8 right, 1 wrong.\nNext: db (line 56) of ")
                .doesNotContain("Correct it first");
        assertThat(result.code()).isOne();
    }

    @Test
    void namesEachCauseThatFits() throws IOException {
        assertThat(dividedBy(20))
                .contains("dx (line 31) is wrong, likely cause: it is 6 times too large: look for a constant factor of"
                        + " the forward pass; or it is summed over a dimension of size n = 6 once too often, or a mean"
                        + " is missing\n");
        // The elements of positions.
        assertThat(dividedBy(30))
                .contains("dx (line 31) is wrong: it is divided by 30 where the forward pass divides by 120, so it is 4"
                        + " times too large\n");
    }

    private String dividedBy(int n) throws IOException {
        var exercise = Exercise.named("7");
        return check(exercise, exercise.solution().replace("x.mul(2).div(120)", "x.mul(2).div(" + n + ")"))
                .out();
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
              help: ./handgrad exercise --words lists what tensors can do
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
    void refusesAnotherLoss() throws IOException {
        var result = check(BASICS, BASICS.solution().replace("return v.mul(v);", "return v.mul(v).mul(2);"));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .endsWith("Exercise5.java: forward returns another loss than the exercise; restore it from the"
                        + " original, or move the file away to get a fresh one\n");
    }

    @Test
    void printsTheWordsOfNumPyAndPyTorch() {
        var result = CommandResult.of("exercise", "--words");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .startsWith("NumPy  ")
                .containsPattern("\na\\.T @ b +a\\.T @ b +a\\.matmulTransposeA\\(b\\)\n");
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
