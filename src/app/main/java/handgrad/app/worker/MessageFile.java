package handgrad.app.worker;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that carries messages: the worker writes at its end while the supervisor reads behind it. Not a pipe: a child
 * of a Java process inherits its first three descriptors alone, and these are the user's.
 */
final class MessageFile implements AutoCloseable {
    private static final int NONE = -1;

    private final RandomAccessFile file;

    /** The length of the message that comes next, or {@link #NONE} before it is known. */
    private int next = NONE;

    private MessageFile(RandomAccessFile file) {
        this.file = file;
    }

    /** A new file that nobody else may read. */
    static MessageFile create(Path path) throws IOException {
        Files.createFile(path);
        if (!(path.toFile().setReadable(false, false) && path.toFile().setReadable(true, true))) {
            throw new IOException("cannot make " + path + " private");
        }
        return new MessageFile(new RandomAccessFile(path.toFile(), "r"));
    }

    /** The file that the supervisor made, to write to. */
    static MessageFile open(Path path) throws IOException {
        return new MessageFile(new RandomAccessFile(path.toFile(), "rw"));
    }

    /** Adds a message in one write. */
    synchronized void write(Message message) throws IOException {
        byte[] bytes = message.bytes();
        file.write(ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array());
    }

    /** The messages that are there in full and were not read before. */
    List<Message> read() throws IOException {
        var messages = new ArrayList<Message>();
        while (true) {
            long left = file.length() - file.getFilePointer();
            if (next == NONE && left >= Integer.BYTES) {
                next = file.readInt();
            } else if (next != NONE && left >= next) {
                byte[] bytes = new byte[next];
                file.readFully(bytes);
                next = NONE;
                messages.add(Message.read(new DataInputStream(new ByteArrayInputStream(bytes))));
            } else {
                return messages;
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
