package handgrad.app.exercise;

import handgrad.app.exercise.Marking.State;
import java.nio.file.Path;
import java.util.Optional;

/** A learner's way through the exercises, whose files are in a folder. */
public record ExercisePath(Path folder) {
    /** The first exercise that is not solved; empty if all are. */
    public Optional<Exercise> first() {
        return ExerciseMap.of(folder).first();
    }

    /** The one to do after another; empty if all others are solved. */
    public Optional<Exercise> after(Exercise exercise) {
        return ExerciseMap.of(folder).after(exercise);
    }

    /** Notes what a check found of a file, if it is the one of this way. */
    public void note(Exercise exercise, Path file, Marking marking) {
        if (file.equals(folder.resolve(exercise.fileName()))) {
            new CheckedFile(folder).note(exercise, marking.solved(), marking.count(State.RIGHT));
        }
    }
}
