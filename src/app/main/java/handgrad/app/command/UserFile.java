package handgrad.app.command;

import handgrad.file.InputFile;
import handgrad.file.UnreadableFileException;
import java.nio.file.Path;

/**
 * A file that a command reads. What cannot be read is wrong input, in one line that names the file.
 *
 * @param option what stands in front of the path in a message, such as {@code --data: }; may be empty
 * @param path where it is
 * @param what it should be, such as {@code a table}
 */
public record UserFile(String option, Path path, String what) {
    /** The bytes, at most {@code limit}. */
    public byte[] bytes(int limit) {
        try {
            return InputFile.bytes(path, what, limit);
        } catch (UnreadableFileException exception) {
            throw wrong(exception);
        }
    }

    /** The text in UTF-8, without a byte-order mark, of at most {@code limit} bytes. */
    public String text(int limit) {
        try {
            return InputFile.text(path, what, limit);
        } catch (UnreadableFileException exception) {
            throw wrong(exception);
        }
    }

    private WrongInputException wrong(UnreadableFileException exception) {
        return new WrongInputException(option + path + ": " + exception.getMessage());
    }
}
