package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.app.command.Machine;
import handgrad.app.command.WrongInputException;
import handgrad.app.report.ReportData.Fact;
import handgrad.file.PrintableText;
import handgrad.page.Browser;
import handgrad.page.Page;
import handgrad.page.PageServer;
import handgrad.tensor.Backend;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the page of a run goes: it is served while the run lasts, if that is asked for, and written at its end. */
public final class PageOutput implements Closeable {
    private final ReportOptions asked;
    private final boolean wanted;
    private final Supplier<Page> page;
    private final PrintWriter printer;
    private final @Nullable PageServer server;

    /**
     * Starts to serve the page, if that is asked for.
     *
     * @param isFull whether the run has the steps of a full training
     * @param page the page as things stand; the threads of the server ask for it
     */
    public PageOutput(ReportOptions asked, boolean isFull, Supplier<Page> page, PrintWriter printer) {
        this.asked = asked;
        this.page = page;
        this.printer = printer;
        wanted = asked.wanted(isFull);
        var port = asked.port();
        server = port == null ? null : serve(port);
        if (server != null) {
            printer.println("report   " + server.address());
            printer.flush();
            if (asked.open()) {
                open(server.address());
            }
        }
    }

    private PageServer serve(int port) {
        try {
            return PageServer.start(port, page);
        } catch (BindException exception) {
            throw new WrongInputException(
                    "--serve: port %d cannot be used (%s); name another, or 0 for any that is free"
                            .formatted(port, exception.getMessage()));
        } catch (IOException exception) {
            throw new FailedException("--serve: no server can be started: " + exception.getMessage());
        }
    }

    /** Whether there will be a page. */
    public boolean isWanted() {
        return wanted;
    }

    /** Writes the page into the folder of the run, and shows it where that is asked for. */
    public void write(RunFolder folder) throws IOException {
        folder.write(page.get());
        printer.println(PrintableText.of("report:     " + folder.report()));
        if (asked.open() && server == null) {
            open(folder.report().toUri());
        }
    }

    private void open(URI address) {
        if (!Browser.open(address)) {
            printer.println("No browser could be started here; open " + address);
        }
        printer.flush();
    }

    /** What a run is computed by. */
    public static List<Fact> machine() {
        return List.of(
                new Fact("CPU", Machine.cpu()),
                new Fact("system", Machine.system()),
                new Fact("JDK", Machine.jdk()),
                new Fact("vectors", Backend.vectors()),
                new Fact("BLAS", Backend.blas()),
                new Fact("matmul", Backend.matmul()),
                new Fact("threads", Integer.toString(Backend.threads())));
    }

    /** Ends the server; a page that is open may fetch the last state first. */
    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
