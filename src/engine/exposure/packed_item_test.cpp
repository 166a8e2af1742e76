#include "engine/exposure/packed_item.hpp"

#include <gtest/gtest.h>

#include "engine/exposure/matcher_state.hpp"

namespace tocsin::engine::exposure {
namespace {

using formats::inventory::Item;

TEST(PackedItem, SaysAllThatMatchingLooksAt) {
  Item item;
  item.vendor = "Example Pumps";
  item.family = "Flow";
  item.product = std::string(300, 'p');
  item.name = "Pump 7";
  item.model = "6ES7 515-2AM01-0AB0";
  item.hardware = "FS 04";
  item.cpe = "cpe:2.3:h:example:flow:-:*:*:*:*:*:*:*";
  for (int i = 0; i < 300; ++i) item.versions.push_back({"firmware", std::to_string(i)});
  item.purls = {"pkg:npm/pump@1.0", ""};
  EXPECT_EQ(description_of(unpack(pack(item))), description_of(item));
  EXPECT_EQ(description_of(unpack(pack(Item{}))), description_of(Item{}));
  auto other = item;
  other.name = "Pump 8";
  EXPECT_NE(pack(item), pack(other));
  EXPECT_EQ(pack(item, false), pack(other, false));
  other.name.clear();
  EXPECT_EQ(description_of(unpack(pack(item, false))), description_of(other));
}

}  // namespace
}  // namespace tocsin::engine::exposure
