#include "formats/document/mime.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "formats/document/mime_text.hpp"

namespace tocsin::formats::document {
namespace {

TEST(MimeText, IsDecodedLeniently) {
  struct Case {
    std::string (*decode)(std::string_view);
    std::string_view written, meant;
  };
  for (const auto& each :
       {Case{decode_quoted_printable, "a=3Db=\r\nc= \nd", "a=bcd"},
        Case{decode_quoted_printable, "50 = 50=", "50 = 50"}, Case{decode_quoted_printable, "=E2=82=ac=4", "€=4"},
        Case{decode_base64, "cHVt\r\ncA==", "pump"}, Case{decode_base64, "c!H@Vt cA", "pump"},
        Case{decode_base64, "cHVtcA==cHVt", "pump"}, Case{decode_base64, "", ""},
        Case{decode_words, "=?utf-8?Q?Pump_=C3=9Cber?= x", "Pump Über x"},
        Case{decode_words, "=?ISO-8859-1?q?=FCber?=", "über"},
        Case{decode_words, "=?utf-8?B?w5xi?=\r\n =?UTF-8?b?ZXI=?= all", "Über all"},
        Case{decode_words, "=?utf-8?B?w5w=?= =?utf-8*de?B?Yg==?=", "Üb"},
        Case{decode_words, "=?utf-8?B?ww==?= =?utf-8?B?nA==?=", "Ü"},
        Case{decode_words, "a =?x =?utf-8?X?a?= b", "a =?x =?utf-8?X?a?= b"}}) {
    EXPECT_EQ(each.decode(each.written), each.meant) << each.written;
  }
}

TEST(MimeText, FieldsHaveParameters) {
  const auto plain = read_field("Text/HTML; Charset=\"UTF-8\" ; boundary=a=b;x");
  EXPECT_EQ(plain.value, "text/html");
  EXPECT_EQ(plain.parameter("charset"), "UTF-8");
  EXPECT_EQ(plain.parameter("boundary"), "a=b");
  EXPECT_EQ(plain.parameter("x"), "");
  EXPECT_EQ(read_field("attachment; filename*=utf-8'de'%C3%9C.exe").parameter("filename"), "Ü.exe");
  EXPECT_EQ(read_field("a; name*1*=%C3%9C; name*0*=iso-8859-1''a; name*2=\".exe\"").parameter("name"),
            "aÃ\xC5\x93.exe");
  EXPECT_EQ(read_field("a; name=\"q\\\"; z.exe\"").parameter("name"), "q\"; z.exe");
  EXPECT_EQ(read_field("a; name=\"=?utf-8?B?w5w=?=.exe\"").parameter("name"), "Ü.exe");
}

constexpr std::string_view kMail =
    "From somebody Mon Jan  5\r\n"
    "From: =?utf-8?Q?Pump_=C3=9Cber?= <a@pump.example>\r\nSubject: one\r\n two\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=\"--b\"\r\n\r\npreamble\r\n"
    "----b\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n"
    "--b2\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "stra=DFe\r\n--b2x is no end\r\n"
    "--b2 \r\nContent-Type: text/html\r\nContent-Transfer-Encoding: BASE64\r\n\r\nPGI+eDwvYj4=\r\n--b2--\r\nrest\r\n"
    "----b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; "
    "filename=\"../bill.pdf\"\r\n\r\n%PDF\r\n"
    "----b\r\nContent-Type: message/rfc822\r\n\r\nFrom: inner@x.example\r\n\r\ninner\r\n"
    "----b--\r\nepilogue";

TEST(Mime, MailsHaveHeadersTextsAndWhatHangsOnThem) {
  EXPECT_TRUE(looks_like_mail(kMail));
  const auto mail = read_mail(kMail).value();
  EXPECT_EQ(mail.header("from"), "Pump Über <a@pump.example>");
  EXPECT_EQ(mail.header("Subject"), "one two");
  EXPECT_EQ(mail.headers.back().value, "inner@x.example") << "headers of the mail within it, too";
  ASSERT_EQ(mail.parts.size(), 5);
  EXPECT_EQ(mail.parts[0].bytes, "straße\r\n--b2x is no end");
  EXPECT_EQ(mail.parts[1].media_type, "text/html");
  EXPECT_EQ(mail.parts[1].bytes, "<b>x</b>");
  EXPECT_TRUE(mail.parts[2].attached);
  EXPECT_EQ(mail.parts[2].file_name, "../bill.pdf");
  EXPECT_EQ(mail.parts[2].bytes, "%PDF");
  EXPECT_EQ(mail.parts[3].media_type, "message/rfc822");
  EXPECT_EQ(mail.parts[4].bytes, "inner");
  EXPECT_FALSE(mail.cut);
}

TEST(Mime, WhatIsBrokenIsReadAsFarAsItGoes) {
  EXPECT_FALSE(read_mail("no header"));
  EXPECT_FALSE(read_mail(""));
  EXPECT_FALSE(read_mail(std::string(kMailBytesMax + 1, 'a')));
  const auto open = read_mail("A: b\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nfirst\n--x\n\nsecond").value();
  ASSERT_EQ(open.parts.size(), 2);
  EXPECT_EQ(open.parts[1].bytes, "second");
  EXPECT_EQ(read_mail("A: b\nContent-Type: multipart/mixed\n\nwhole").value().parts.at(0).bytes, "whole");
  EXPECT_EQ(read_mail("A: b\nno header\nrest").value().parts.at(0).bytes, "no header\nrest");
  EXPECT_FALSE(looks_like_mail("Note: see below\nhello"));
  EXPECT_FALSE(looks_like_mail("From: a\n\nhello"));
}

TEST(Mime, DepthAndPartsHaveLimits) {
  std::string deep;
  for (int i = 0; i < 2'000; ++i) deep += "Content-Type: message/rfc822\nFrom: a\n\n";
  const auto nested = read_mail(deep + "x").value();
  EXPECT_TRUE(nested.cut);
  EXPECT_LE(nested.parts.size(), static_cast<std::size_t>(kMailDepthMax) + 1);
  std::string groups = "A: b\n";
  for (int i = 0; i < 2'000; ++i) groups += fmt::format("Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n", i);
  EXPECT_TRUE(read_mail(groups).value().cut);
  std::string many = "Content-Type: multipart/mixed; boundary=x\n\n";
  for (int i = 0; i < 2'000; ++i) many += "--x\n\na\n";
  const auto wide = read_mail(many).value();
  EXPECT_TRUE(wide.cut);
  EXPECT_EQ(wide.parts.size(), kMailPartsMax);
  std::string headers;
  for (int i = 0; i < 5'000; ++i) headers += "A: b\n";
  EXPECT_EQ(read_mail(headers).value().headers.size(), kMailHeadersMax);
}

}  // namespace
}  // namespace tocsin::formats::document
