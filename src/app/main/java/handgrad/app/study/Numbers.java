package handgrad.app.study;

import handgrad.app.command.WrongInputException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an experiment measured: lists of numbers, each under a name, in the order in which they were put. */
public final class Numbers {
    private final Map<String, double[]> lists = new LinkedHashMap<>();

    /** Puts one number, or the numbers of a list; NaN and the infinities are numbers too. */
    public Numbers put(String name, double... numbers) {
        if (lists.putIfAbsent(name, numbers.clone()) != null) {
            throw new IllegalArgumentException("Numbers: " + name + " is there already");
        }
        return this;
    }

    /** The only number of this name. */
    public double number(String name) {
        double[] list = list(name);
        if (list.length != 1) {
            throw new WrongInputException(missing(name) + " as one number");
        }
        return list[0];
    }

    /** The numbers of this name. */
    public double[] list(String name) {
        double[] list = lists.get(name);
        if (list == null) {
            throw new WrongInputException(missing(name));
        }
        return list.clone();
    }

    /** All lists by name, not to be written to. */
    Map<String, double[]> lists() {
        return Collections.unmodifiableMap(lists);
    }

    private static String missing(String name) {
        return "the results of an earlier version are in the folder of this study: remove its " + StudyFolder.RESULTS
                + ", which lacks " + name;
    }
}
