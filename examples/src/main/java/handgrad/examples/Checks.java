package handgrad.examples;

/** Bounds on the numbers of options; each error names the option. */
final class Checks {
    private Checks() {}

    static int atLeast(int least, String option, int value) {
        if (value < least) {
            throw new WrongInputException(option + " must be at least " + least + ", it is " + value);
        }
        return value;
    }

    static int atMost(int most, String option, int value) {
        if (value > most) {
            throw new WrongInputException(option + " must be at most " + most + ", it is " + value);
        }
        return value;
    }
}
