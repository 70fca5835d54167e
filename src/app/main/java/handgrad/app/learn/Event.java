package handgrad.app.learn;

import handgrad.app.diagram.ExerciseSheet;
import handgrad.app.exercise.Exercise;
import java.nio.file.Path;

/** What can happen during a lesson. */
sealed interface Event {
    /** A file was saved. */
    record Saved(Path file) implements Event {}

    /** A file is not there any more. */
    record Gone(Path file) implements Event {}

    /** A process that checks has said something. */
    record Replied(CheckingProcess process, Reply reply) implements Event {}

    /**
     * A process that checks has ended.
     *
     * @param code its exit code
     * @param error the last line that its JVM printed
     */
    record Ended(CheckingProcess process, int code, String error) implements Event {}

    /** The sheet of an exercise is drawn. */
    record Drawn(Exercise exercise, ExerciseSheet sheet) implements Event {}

    /** The learner asks for something. */
    enum Wish implements Event {
        /** The next hint. */
        HINT,
        /** The next exercise. */
        NEXT,
        /** The end. */
        END
    }
}
