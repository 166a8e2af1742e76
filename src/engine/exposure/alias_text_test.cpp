#include "engine/exposure/alias_text.hpp"

#include <gtest/gtest.h>

#include "engine/exposure/alias_book.hpp"

namespace tocsin::engine::exposure {
namespace {

using store::AliasKey;
using store::AliasKind;

TEST(AliasText, OnlyNamesOfProductsAreContributed) {
  const PrivateWords plant{{"Water works Talbach", "Nord", "Pumping station 3", "SN 0012", "PLC-17", "Talbach"}};
  const struct {
    std::string_view text;
    AliasKind kind;
    std::string_view why;
  } cases[] = {
      {"TELEMECANIQUE TSX", AliasKind::product, ""},
      {"SIMATIC S7-1500 CPU 1515-2 PN", AliasKind::product, ""},
      {"B&R Automation", AliasKind::vendor, ""},
      {"Node.js runtime", AliasKind::product, ""},
      {"3S CODESYS V3.5", AliasKind::product, ""},
      {"6ES7 515-2AM02-0AB0", AliasKind::order_number, ""},
      {"2700974", AliasKind::order_number, ""},
      {"plc01.water.example", AliasKind::product, "looks like a host name"},
      {"scada.local", AliasKind::product, "looks like a host name"},
      {"https://plant/x", AliasKind::product, "looks like a host name"},
      {"Pump 192.168.0.12", AliasKind::product, "looks like an address"},
      {"Pump 10.1.2.0/24", AliasKind::product, "looks like an address"},
      {"2001:db8::17", AliasKind::product, "looks like an address"},
      {"Card 00:1b:1b:aa:bb:cc", AliasKind::product, "looks like an address"},
      {"Card 00-1B-1B-AA-BB-CC", AliasKind::product, "looks like an address"},
      {"ask wendy@water.example", AliasKind::product, "looks like a mail address"},
      {"\\\\server\\share", AliasKind::product, "looks like a path"},
      {"TSX 20231017", AliasKind::product, "looks like a serial number"},
      {"TSX SV7KJ2208191", AliasKind::product, "looks like a serial number"},
      {"123456789012", AliasKind::order_number, "looks like a serial number"},
      {"PLC of Talbach", AliasKind::product, "holds a name of the organisation or of its plants"},
      {"TSX Nord", AliasKind::product, "holds a name of the organisation or of its plants"},
      {"pumping  station 3 controller", AliasKind::product, "holds a name of the organisation or of its plants"},
      {"TSX plc-17", AliasKind::product, "holds a name of the organisation or of its plants"},
      {"SN-0012", AliasKind::order_number, "holds a name of the organisation or of its plants"},
      {"A controller that somebody described at great length, with where it stands", AliasKind::product,
       "is too long for a name"},
      {"a b c d e f g h i j", AliasKind::product, "is too long for a name"},
      {"X", AliasKind::product, "is too short for a name"},
  };
  for (const auto& each : cases) {
    AliasKey key{.kind = each.kind};
    key.text = each.kind == AliasKind::order_number ? alias_number_key(each.text)
               : each.kind == AliasKind::vendor     ? alias_vendor_key(each.text)
                                                    : alias_product_key(each.text);
    EXPECT_EQ(why_not_shared(key, each.text, plant), each.why) << each.text;
  }
  // The vendor that an inventory tells is told as well.
  EXPECT_NE(why_not_shared({.kind = AliasKind::product, .of_vendor = "talbach", .text = "tsx"}, "TSX", plant), "");
}

store::Alias alias(std::int64_t organisation, AliasKind kind, std::string of_vendor, std::string text,
                   bool denied = false, std::string product = "Flow Controller") {
  return {.organisation = {organisation},
          .key = {kind, std::move(of_vendor), std::move(text), "example-pumps",
                  kind == AliasKind::vendor ? "" : alias_product_key(product)},
          .vendor = "Example Pumps",
          .product = kind == AliasKind::vendor ? "" : product,
          .denied = denied,
          .taught_at = Timestamp{1'700'000'000'000'000}};
}
store::CommunityAlias community(AliasKind kind, std::string of_vendor, std::string text, std::string product) {
  return {
      .key = {kind, std::move(of_vendor), std::move(text), "example-pumps", alias_product_key(product)},
      .vendor = "Example Pumps",
      .product = std::move(product),
      .judged_at = Timestamp{1'700'000'000'000'000},
  };
}

TEST(AliasBook, ReadsAThingAsItIsCalledElsewhere) {
  AliasBook book;
  EXPECT_TRUE(book.empty());
  formats::inventory::Item item;
  item.vendor = "PumpCo Ltd.";
  item.product = "Blue box";
  item.model = "PB 1-234";
  item.name = "Station 3";
  EXPECT_TRUE(book.readings({2}, item).empty());
  book.add(alias(2, AliasKind::vendor, "", alias_vendor_key("Pumpco")));
  book.add(alias(2, AliasKind::product, alias_vendor_key("Pumpco"), "blue-box"));
  book.add(alias(2, AliasKind::order_number, "", "PB1234"));
  const auto readings = book.readings({2}, item);
  ASSERT_EQ(readings.size(), 3U);
  EXPECT_EQ(readings[0].item.model, "");
  EXPECT_EQ(readings[0].because,
            "your organisation confirmed on 2023-11-14 that \"PB 1-234\" is Example Pumps Flow Controller");
  EXPECT_EQ(readings[1].item.product, "Flow Controller");
  EXPECT_EQ(readings[1].item.model, "PB 1-234");
  EXPECT_EQ(readings[1].item.name, "");
  EXPECT_EQ(readings[2].item.vendor, "Example Pumps");
  EXPECT_EQ(readings[2].item.product, "Blue box");
  EXPECT_EQ(readings[2].item.name, "Station 3");
  EXPECT_EQ(readings[2].because, "your organisation confirmed on 2023-11-14 that \"PumpCo Ltd.\" is Example Pumps");
  for (const auto& each : readings) EXPECT_EQ(each.factor, kByOwnAlias);
  // Nobody else's.
  EXPECT_TRUE(book.readings({3}, item).empty());
  // Of another vendor it is another thing.
  item.vendor = "Other";
  EXPECT_EQ(book.readings({2}, item).size(), 1U);
}

TEST(AliasBook, TheOrganisationsOwnComesBeforeTheCommunitys) {
  AliasBook book;
  formats::inventory::Item item;
  item.product = "Blue box";
  book.add(community(AliasKind::product, "", "blue-box", "Level meter"));
  book.add(alias(2, AliasKind::product, "", "blue-box"));
  book.add(alias(3, AliasKind::product, "", "blue-box", true, "Level meter"));
  const auto own = book.readings({2}, item);
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0].item.product, "Flow Controller");
  EXPECT_TRUE(book.readings({3}, item).empty());
  const auto others = book.readings({4}, item);
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].item.product, "Level meter");
  EXPECT_EQ(others[0].factor, kByCommunityAlias);
  EXPECT_EQ(others[0].because,
            "organisations of the community confirmed, and the CERT accepted on 2023-11-14, that \"Blue box\" is "
            "Example Pumps Level meter");
  static_assert(kByCommunityAlias < kByOwnAlias && kByOwnAlias < 1);
}

TEST(AliasBook, WhatIsNoTextIsNoKey) {
  for (const auto* text : {"", " ", "-"}) {
    EXPECT_EQ(alias_vendor_key(text), "");
    EXPECT_EQ(alias_product_key(text), "");
  }
  for (const auto* text : {"", "L71", "ABCDEF", "6ES7???"}) EXPECT_EQ(alias_number_key(text), "") << text;
  EXPECT_EQ(alias_number_key("6es7 515-2am02"), "6ES75152AM02");
}

}  // namespace
}  // namespace tocsin::engine::exposure
