// Answers each line with the client's port appended: one thread and signals.
#include <QCoreApplication>
#include <QTcpServer>
#include <QTcpSocket>

static QByteArray answer(const QByteArray &line, const QByteArray &port)
{
    const qsizetype end = line.endsWith("\r\n") ? 2 : 1;
    return line.left(line.size() - end) + port + line.right(end);
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QTcpServer server;
    QObject::connect(&server, &QTcpServer::newConnection, [&server] {
        while (QTcpSocket *client = server.nextPendingConnection()) {
            // peerPort() is 0 once the client has gone: ask now.
            const QByteArray port = QByteArray::number(client->peerPort());
            auto serve = [client, port] {
                while (client->canReadLine())
                    client->write(answer(client->readLine(), port));
                client->flush(); // the client's FIN may be next: Qt then closes, whatever is unsent
            };
            QObject::connect(client, &QTcpSocket::readyRead, client, serve);
            QObject::connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
            serve(); // what came before readyRead was connected
        }
    });
    if (!server.listen(QHostAddress::AnyIPv4, 8888)) {
        qCritical("port 8888: %s", qPrintable(server.errorString()));
        return 1;
    }
    return app.exec();
}
