package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Whether the disk of a run folder has room for its checkpoints. */
public final class DiskSpace {
    /** The one that is being written, before the oldest goes, and the weights at the end. */
    private static final int BESIDES = 2;

    private static final int UNIT = 1000;

    private DiskSpace() {}

    /**
     * Refuses to start a run whose checkpoints do not fit. What the folder already holds of them needs no room.
     *
     * @param option that names the folder; the message begins with it
     * @param folder an existing folder
     * @param bytes of one checkpoint
     * @param keep how many stay
     * @throws WrongInputException if there is less room than for two checkpoints more than stay
     */
    public static void requireRoom(String option, Path folder, long bytes, int keep) {
        try {
            // Not by its FileStore, which Java does not find where the root is no mount point, as below chroot.
            long usable = folder.toFile().getUsableSpace();
            requireRoom(option, folder, usable, needed(folder, bytes, keep));
        } catch (IOException exception) {
            throw new WrongInputException(option + ": cannot use " + folder + ": " + RunFolder.reason(exception));
        }
    }

    /** Does the same for a disk with so many bytes, negative where there are more than a long counts. */
    static void requireRoom(String option, Path folder, long usable, double needed) {
        if (usable >= 0 && usable < needed) {
            throw new WrongInputException(option + ": " + folder + " has " + text((double) usable)
                    + " of room, and its checkpoints" + " need " + text(needed)
                    + "; make room, name a folder on another disk, or give a smaller --keep");
        }
    }

    /** How many bytes come to the weights and checkpoints that are in a folder. */
    static double needed(Path folder, long bytes, int keep) throws IOException {
        double needed = (double) bytes * ((double) keep + BESIDES);
        try (var files = Files.newDirectoryStream(folder, "*.safetensors")) {
            for (var file : files) {
                needed -= Files.size(file);
            }
        }
        return needed;
    }

    private static String text(double bytes) {
        double value = bytes;
        for (var unit : new String[] {"bytes", "kB", "MB", "GB", "TB"}) {
            if (value < UNIT) {
                return String.format(Locale.ROOT, unit.equals("bytes") ? "%.0f %s" : "%.1f %s", value, unit);
            }
            value /= UNIT;
        }
        return String.format(Locale.ROOT, "%,.0f PB", value);
    }
}
