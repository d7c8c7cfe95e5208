package dev.shadowplane.guard;

import dev.shadowplane.guard.servlet.ShadowGuardFilter;
import jakarta.servlet.http.HttpServlet;
import java.io.File;
import java.nio.file.Files;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** A servlet behind the filter (none: without), in a Tomcat on a free port of loopback, until it is closed. */
public final class TestService implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("org.apache");

    private final Tomcat tomcat = new Tomcat();
    private final File directory;

    public TestService(ShadowGuard guard, HttpServlet servlet) throws Exception {
        LOGGER.setLevel(Level.SEVERE);
        directory = Files.createTempDirectory("shadowplane-tomcat-").toFile();
        tomcat.setBaseDir(directory.getPath());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context context = tomcat.addContext("", directory.getPath());
        Tomcat.addServlet(context, "service", servlet).setAsyncSupported(true);
        context.addServletMappingDecoded("/*", "service");
        if (guard != null) {
            FilterDef filter = new FilterDef();
            filter.setFilterName("guard");
            filter.setFilter(new ShadowGuardFilter(guard));
            filter.setAsyncSupported("true");
            context.addFilterDef(filter);
            FilterMap everything = new FilterMap();
            everything.setFilterName("guard");
            everything.addURLPattern("/*");
            everything.setDispatcher("REQUEST");
            everything.setDispatcher("ASYNC");
            everything.setDispatcher("ERROR");
            context.addFilterMap(everything);
        }
        tomcat.start();
    }

    public String url() {
        return "http://127.0.0.1:" + tomcat.getConnector().getLocalPort();
    }

    @Override
    public void close() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        delete(directory);
    }

    private static void delete(File file) {
        File[] children = file.listFiles();
        if (children != null) {
            for (File child : children) {
                delete(child);
            }
        }
        file.delete();
    }
}
