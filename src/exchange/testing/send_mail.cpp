// Sends one mail as the arguments say: how tests/interop tries exchange/mail.hpp on mail servers of others.
//   send_mail URL FROM NAME CA_FILE USER PASSWORD SUBJECT RECIPIENT...     the text comes from standard input
// Exit code 0, or 1 with the error's code and sentence on standard error.
#include <cstdio>
#include <iostream>
#include <iterator>

#include "exchange/mail.hpp"

int main(int count, char** arguments) {
  if (count < 9) {
    std::fputs("send_mail URL FROM NAME CA_FILE USER PASSWORD SUBJECT RECIPIENT...\n", stderr);
    return 2;
  }
  tocsin::exchange::MailSettings settings;
  settings.url = arguments[1];
  settings.from = arguments[2];
  settings.from_name = arguments[3];
  settings.ca_file = arguments[4];
  settings.user = arguments[5];
  settings.password = arguments[6];
  settings.starttls_required = !settings.ca_file.empty();
  tocsin::exchange::Mail mail;
  mail.subject = arguments[7];
  mail.to = {arguments + 8, arguments + count};
  mail.text = {std::istreambuf_iterator<char>{std::cin}, {}};
  mail.headers = {{"List-Id", "<advisories.cert.example>"}};
  const auto sent = tocsin::exchange::send(settings, mail);
  if (sent) return 0;
  const auto code = std::string{tocsin::to_string(sent.error().code)};
  std::fprintf(stderr, "%s: %s\n", code.c_str(), sent.error().to_string().c_str());
  return 1;
}
