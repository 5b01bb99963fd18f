// Answers each message with the client's port appended: one thread and signals.
#include <QCoreApplication>
#include <QTcpServer>
#include <QTcpSocket>

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QTcpServer server;
    QObject::connect(&server, &QTcpServer::newConnection, [&server] {
        while (QTcpSocket *client = server.nextPendingConnection()) {
            // peerPort() is 0 once the client has gone: ask now.
            const QByteArray port = QByteArray::number(client->peerPort());
            auto answer = [client, port] {
                const QByteArray message = client->readAll();
                if (!message.isEmpty())
                    client->write(message + port);
            };
            QObject::connect(client, &QTcpSocket::readyRead, client, answer);
            QObject::connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
            answer(); // what came before readyRead was connected
        }
    });
    if (!server.listen(QHostAddress::AnyIPv4, 8888)) {
        qCritical("port 8888: %s", qPrintable(server.errorString()));
        return 1;
    }
    return app.exec();
}
